import { randomBytes } from 'node:crypto';
import type { Store } from '../../schema/mongo/connect';
import { type Calls, createCalls } from '../calls/calls';
import type { Clock } from '../clock';
import { createSampledLog, type Lines } from '../sampled-log';
import { createSealing, MASTER_KEY_BYTES, type Sealing } from '../sealing';
import type { CoreSettings } from '../settings';
import { createAppTokens, isAppToken } from './apps/app-tokens';
import { createDevicesOfOwner } from './apps/devices-of-owner';
import { userOf } from './apps/user-of';
import type { AccessService } from './contract';
import type { Credential } from './credential';
import { createHolds } from './holds';
import { createKeyService } from './keys/service';
import { createPeopleService } from './people/service';
import { createSessions } from './sessions/service';
import { type AccessSettings, DEFAULT_ACCESS } from './settings';
import { createCodeFlow } from './tokens/code-flow';
import { reasonOf } from './tokens/reason-of';
import { createTokens, isOfPerson, looksLikeToken, type Proven } from './tokens/verify';
import type { Viewer } from './viewer';

export interface AccessDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  settings: Pick<CoreSettings, 'limits'>;
  access?: AccessSettings;
  clock: Clock;
  /** Of this store when not given. */
  calls?: Calls;
  /** Of sign-ins that are under way: the same in all processes. One of this process when not given. */
  sealing?: Sealing;
  log?: Lines;
}

export function createAccessService({
  store,
  settings,
  access = DEFAULT_ACCESS,
  clock,
  sealing = ofThisProcess(),
  calls = createCalls({ collections: store.collections, sealing, clock }),
  log = SILENT,
}: AccessDeps): AccessService {
  const { issuers, session: times } = access;
  const lines = createSampledLog(log);
  const keys = createKeyService({ store, settings, clock, calls, onRevoked: (id) => holds.end(id) });
  const people = createPeopleService({
    ...{ store, settings, clock },
    onBlocked(id, sessionIds) {
      sessions.forget(sessionIds);
      holds.end(id);
    },
  });
  const tokens = createTokens({
    ...{ issuers, clock },
    onKeysFailed: ({ id }, error) => lines.warn(id, { issuer: id, reason: reasonOf(error) }, 'The keys of an issuer could not be fetched'),
  });

  const withDevices = createDevicesOfOwner(store.collections.devices, clock);
  const appTokens = createAppTokens({ collections: store.collections, clock, viewerOfKey: keys.authenticator.viewerOf });

  async function prove(bearer: string): Promise<{ viewer: Viewer; proven?: Proven } | null> {
    if (!looksLikeToken(bearer)) {
      const viewer = await keys.authenticator.authenticate(bearer);
      return viewer && { viewer };
    }
    if (isAppToken(bearer)) return { viewer: await appTokens.verify(bearer) };
    if (issuers.length === 0) return null;
    const proven = await tokens.verify(bearer);
    if (!isOfPerson(proven)) return { viewer: userOf(proven.owner, proven.name) };
    const { issuer, subject, name, role, products } = proven;
    return { viewer: await people.seen({ issuer: issuer.issuer, subject, name, role, products }), proven };
  }

  const sessions = createSessions({
    ...{ collections: store.collections, times, clock, tokens, prove },
    viewerOfKey: keys.authenticator.viewerOf,
    seen: people.seen,
    onEnded: (session) => holds.endOf({ session }),
  });

  const codeFlow = createCodeFlow({
    ...{ tokens, sealing, clock },
    onFailed: ({ id }, error) =>
      lines.warn(`sign-in ${id}`, { issuer: id, reason: reasonOf(error) }, 'A sign-in by an identity provider failed'),
  });

  async function identify(credential: Credential | null | undefined): Promise<Viewer | null> {
    if (credential == null) return null;
    if (typeof credential !== 'string') return sessions.authenticate(credential.session);
    return (await prove(credential))?.viewer ?? null;
  }

  async function authenticate(credential: Credential | null | undefined): Promise<Viewer | null> {
    const viewer = await identify(credential);
    return viewer && withDevices(viewer);
  }

  const holds = createHolds(authenticate);

  return {
    ...{ authenticate, hold: holds.hold, createAppToken: appTokens.create },
    ...keys.service,
    ...people.service,
    ...sessions.service,
    signInIssuers: () => issuers.filter(({ client }) => client !== null).map(({ id, name }) => ({ id, name })),
    beginSignIn: codeFlow.begin,
    finishSignIn: async (query, transaction) => sessions.ofPerson(await codeFlow.finish(query, transaction)),
  };
}

const ofThisProcess = (): Sealing => createSealing([randomBytes(MASTER_KEY_BYTES)]);
const SILENT: Lines = { warn: () => undefined, error: () => undefined };
