import type { BrowserSession } from '../../../schema/model/access';
import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { UserError } from '../../errors';
import type { AccessService } from '../contract';
import { type Identity, type People, personId } from '../people/people';
import { termsOf } from '../tokens/issuer';
import type { Proven, Tokens } from '../tokens/verify';
import type { Viewer } from '../viewer';
import { createBrowserSessions, type OpenedSession, type SessionTimes } from './browser-sessions';
import { createSignInLinks, LOCAL_PERSON } from './sign-in-links';

export interface SessionDeps {
  collections: Pick<Collections, 'browserSessions' | 'signInLinks'>;
  times: SessionTimes;
  clock: Clock;
  tokens: Tokens;
  /** Of a bearer's text. */
  prove(bearer: string): Promise<{ viewer: Viewer; proven?: Proven } | null>;
  viewerOfKey(id: string): Promise<Viewer | null>;
  seen: People['seen'];
  onEnded(token: string): void;
}

export type SessionService = Pick<AccessService, 'openSession' | 'endSession' | 'createSignInLink' | 'openSignInLink'>;

export interface Sessions {
  service: SessionService;
  authenticate(token: string): Promise<Viewer | null>;
  /** Somebody has signed in by an identity provider. */
  ofPerson(proven: Proven): Promise<OpenedSession>;
  forget(ids: readonly string[]): void;
}

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

  const ofProven = ({ issuer, subject, name, role, products }: Proven, until?: Date) =>
    open({ issuer: issuer.issuer, subject, name, role, products }, termsOf(issuer), until);

  /** Whether what the session was opened by would still give what it gave then. */
  function isOnTerms({ issuer, terms }: NonNullable<BrowserSession['person']>): boolean {
    if (issuer === LOCAL_PERSON.issuer) return terms === LOCAL_TERMS;
    const known = tokens.issuers.find((one) => one.issuer === issuer);
    return known !== undefined && termsOf(known) === terms;
  }

  return {
    async authenticate(token) {
      const session = await sessions.get(token);
      if (!session) return null;
      const { keyId, person, expiresAt } = session;
      const viewer = keyId !== undefined ? await viewerOfKey(keyId) : person && isOnTerms(person) ? await seen(person) : null;
      return viewer && { ...viewer, session: { expiresAt } };
    },
    ofPerson: (proven) => ofProven(proven),
    forget: sessions.forget,
    service: {
      async openSession(bearer) {
        const shown = await prove(bearer);
        if (!shown) return null;
        const { viewer, proven } = shown;
        if (viewer.role === 'APP' || viewer.role === 'ISSUER') throw notForApps();
        if (proven) return ofProven(proven, proven.expiresAt);
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

const notForApps = (): UserError =>
  new UserError('NOT_ALLOWED', {
    message: 'What apps have, and the keys that make it, open no browser session.',
    hint: 'Send it with each request, as `Authorization: Bearer …`.',
  });
