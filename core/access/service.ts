import { randomBytes } from 'node:crypto';
import type { Store } from '../../schema/mongo/connect';
import { type Calls, createCalls } from '../calls/calls';
import type { Clock } from '../clock';
import { createKeyedDigests, type KeyedDigests } from '../keyed-digests';
import { createSampledLog, type Lines } from '../sampled-log';
import { createSealing, MASTER_KEY_BYTES, type Sealing } from '../sealing';
import type { CoreSettings } from '../settings';
import { createAppTokens, isAppToken } from './apps/app-tokens';
import { createDevicesOfOwner } from './apps/devices-of-owner';
import { createPairing } from './apps/pairing';
import { userOf } from './apps/user-of';
import type { AccessService } from './contract';
import type { Credential } from './credential';
import { createHolds } from './holds';
import { createKeyService } from './keys/service';
import { createPeopleService } from './people/service';
import { createSessions, type Shown } from './sessions/service';
import { type AccessSettings, DEFAULT_ACCESS } from './settings';
import { createCodeFlow } from './tokens/code-flow';
import { reasonOf } from './tokens/reason-of';
import { createTokens, isOfPerson, looksLikeToken } from './tokens/verify';
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
  /** Of pairing codes: the same in all processes. Of this process when not given. */
  digests?: KeyedDigests;
  log?: Lines;
}

export function createAccessService({
  store,
  settings,
  access = DEFAULT_ACCESS,
  clock,
  sealing = ofThisProcess(),
  digests = createKeyedDigests([randomBytes(MASTER_KEY_BYTES)], 'pairing'),
  calls = createCalls({ collections: store.collections, sealing, clock }),
  log = SILENT,
}: AccessDeps): AccessService & { keysChanged(ids: readonly string[]): void } {
  const { issuers, session: times } = access;
  const lines = createSampledLog(log);
  const keys = createKeyService({ store, settings, clock, calls, onChanged: (id) => holds.end(id) });
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

  const owned = createDevicesOfOwner(store.collections.devices, clock);
  const appTokens = createAppTokens({ collections: store.collections, clock, viewerOfKey: keys.authenticator.viewerOf });

  async function prove(bearer: string): Promise<Shown | null> {
    if (!looksLikeToken(bearer)) {
      const viewer = await keys.authenticator.authenticate(bearer);
      return viewer && { viewer };
    }
    if (isAppToken(bearer)) return appTokens.verify(bearer);
    if (issuers.length === 0) return null;
    const proven = await tokens.verify(bearer);
    if (!isOfPerson(proven)) return { viewer: userOf(proven.owner, proven.name, proven), proven };
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
    return viewer && owned.withDevices(viewer);
  }

  const holds = createHolds(identify);

  return {
    ...{ authenticate, hold: holds.hold, createAppToken: appTokens.create, keysChanged: keys.changed },
    ...createPairing({ store, digests, clock, onPaired: owned.forget }),
    ...keys.service,
    ...people.service,
    ...sessions.service,
    signInIssuers: () => issuers.filter(({ client }) => client !== null).map(({ id, name }) => ({ id, name })),
    beginSignIn: codeFlow.begin,
    async finishSignIn(query, transaction) {
      const { proven, returnTo } = await codeFlow.finish(query, transaction);
      return { ...(await sessions.ofProven(proven)), returnTo };
    },
  };
}

const ofThisProcess = (): Sealing => createSealing([randomBytes(MASTER_KEY_BYTES)]);
const SILENT: Lines = { warn: () => undefined, error: () => undefined };
