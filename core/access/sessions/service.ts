import type { BrowserSession } from '../../../schema/model/access';
import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { UserError } from '../../errors';
import { actorOfOwner, userOf } from '../apps/user-of';
import type { AccessService } from '../contract';
import { type Identity, type People, personId } from '../people/people';
import { termsOf } from '../tokens/issuer';
import { isOfPerson, type Proven, type ProvenApp, type Tokens } from '../tokens/verify';
import type { Viewer } from '../viewer';
import { createBrowserSessions, type OpenedSession, type SessionTimes } from './browser-sessions';
import { createSignInLinks, LOCAL_PERSON } from './sign-in-links';

/** What a bearer's text proves. */
export interface Shown {
  viewer: Viewer;
  /** Of a token of an identity provider. */
  proven?: Proven | ProvenApp;
  /** Of a token that a key has made. */
  expiresAt?: Date;
}

export interface SessionDeps {
  collections: Pick<Collections, 'browserSessions' | 'signInLinks'>;
  times: SessionTimes;
  clock: Clock;
  tokens: Tokens;
  prove(bearer: string): Promise<Shown | null>;
  viewerOfKey(id: string): Promise<Viewer | null>;
  seen: People['seen'];
  onEnded(token: string): void;
}

export type SessionService = Pick<AccessService, 'openSession' | 'endSession' | 'createSignInLink' | 'openSignInLink'>;

export interface Sessions {
  service: SessionService;
  authenticate(token: string): Promise<Viewer | null>;
  /** Somebody has signed in by an identity provider: a person, or the user of an app. */
  ofProven(proven: Proven | ProvenApp): Promise<OpenedSession>;
  forget(ids: readonly string[]): void;
}

type User = NonNullable<BrowserSession['user']>;

const LOCAL_TERMS = '';

export function createSessions({ collections, times, clock, tokens, prove, viewerOfKey, seen, onEnded }: SessionDeps): Sessions {
  const sessions = createBrowserSessions(collections.browserSessions, times, clock);
  const links = createSignInLinks(collections.signInLinks, clock);

  async function open(identity: Identity, terms: string, until?: Date): Promise<OpenedSession> {
    await seen(identity);
    const { issuer, subject, name, role } = identity;
    const products = identity.products && [...identity.products];
    return sessions.open({ actorId: personId(identity), person: { issuer, subject, name, role, products, terms } }, until);
  }

  function ofProven(proven: Proven | ProvenApp, until?: Date): Promise<OpenedSession> {
    const { issuer, name, products } = proven;
    const terms = termsOf(issuer);
    if (isOfPerson(proven))
      return open({ issuer: issuer.issuer, subject: proven.subject, name, role: proven.role, products }, terms, until);
    return ofUser({ owner: proven.owner, name, products, issuer: issuer.issuer, terms }, until);
  }

  const ofUser = (user: User, until?: Date) => sessions.open({ actorId: actorOfOwner(user.owner), user }, until);

  /** R-DEV-7: its devices are looked up by whoever asks. */
  async function viewerOfUser({ owner, name, products, madeBy, issuer = '', terms = '' }: User): Promise<Viewer | null> {
    if (madeBy === undefined) return isOnTerms({ issuer, terms }) ? userOf(owner, name, { products }) : null;
    const maker = await viewerOfKey(madeBy);
    return maker?.role === 'ISSUER' ? userOf(owner, name, maker) : null;
  }

  async function viewerOf({ keyId, person, user }: BrowserSession): Promise<Viewer | null> {
    if (keyId !== undefined) return viewerOfKey(keyId);
    if (user) return viewerOfUser(user);
    return person && isOnTerms(person) ? seen(person) : null;
  }

  /** Whether what the session was opened by would still give what it gave then. */
  function isOnTerms({ issuer, terms }: { issuer: string; terms: string }): boolean {
    if (issuer === LOCAL_PERSON.issuer) return terms === LOCAL_TERMS;
    const known = tokens.issuers.find((one) => one.issuer === issuer);
    return known !== undefined && termsOf(known) === terms;
  }

  return {
    async authenticate(token) {
      const session = await sessions.get(token);
      if (!session) return null;
      const viewer = await viewerOf(session);
      return viewer && { ...viewer, session: { expiresAt: session.expiresAt } };
    },
    ofProven: (proven) => ofProven(proven),
    forget: sessions.forget,
    service: {
      async openSession(bearer) {
        const shown = await prove(bearer);
        if (!shown) return null;
        const { viewer, proven, expiresAt } = shown;
        if (viewer.role === 'ISSUER') throw notForIssuers();
        if (proven) return ofProven(proven, proven.expiresAt);
        const { owner, name, products, madeBy } = viewer;
        if (owner !== undefined && madeBy !== undefined)
          return ofUser({ owner, name, products: products && [...products], madeBy }, expiresAt);
        return sessions.open({ actorId: viewer.actorId, keyId: viewer.actorId });
      },
      async endSession(token) {
        await sessions.end(token);
        onEnded(token);
      },
      createSignInLink: () => links.make(),
      async openSignInLink(token) {
        return (await links.take(token)) ? open(LOCAL_PERSON, LOCAL_TERMS) : null;
      },
    },
  };
}

const notForIssuers = (): UserError =>
  new UserError('NOT_ALLOWED', {
    message: 'Keys that make tokens for apps open no browser session.',
    hint: 'Make a token with `createAppToken`: the user it is for can sign in with that.',
  });
