import type { DeviceId } from '../../schema/model/ids';
import type { Page, PageRequest } from '../paging/page';
import type { AppToken, NewAppToken } from './apps/app-tokens';
import type { PairingService } from './apps/pairing';
import type { Credential } from './credential';
import type { OpenedSession } from './sessions/browser-sessions';
import type { BegunSignIn } from './tokens/code-flow';
import type { ApiKey, Person, Role, Viewer } from './viewer';

export interface AccessService extends PairingService {
  /**
   * Who a credential proves, or null: to be asked for each operation. Throws NOT_SIGNED_IN where it can say why: a token that has expired, a
   * person who is blocked. A revocation in this process is certain at once; one elsewhere after the few seconds for which credentials are known.
   */
  authenticate(credential: Credential | null | undefined): Promise<Viewer | null>;
  /**
   * For what stays open after an operation (a connection, a transfer): `end` is called once, when the credential is good no more or may do
   * something else; here at once, elsewhere within 10 s. Gives what lets go of it.
   */
  hold(credential: Credential, viewer: Viewer, end: () => void): () => void;
  /** On the very first start: an administrator's key, returned once; null when any key exists. */
  bootstrap(): Promise<string | null>;
  createKey(viewer: Viewer, input: NewApiKey): Promise<{ key: string; apiKey: ApiKey }>;
  /**
   * What is not given stays. What it has opened ends with a change of its rights: here at once, elsewhere within 10 s. Throws NOT_FOUND,
   * LAST_ADMINISTRATOR, and what is wrong with the values.
   */
  updateKey(viewer: Viewer, id: string, changes: KeyChanges): Promise<ApiKey>;
  revokeKey(viewer: Viewer, id: string): Promise<ApiKey>;
  keys(viewer: Viewer, page: PageRequest): Promise<Page<ApiKey>>;
  /** What `updateKey` changes, as it is now, for the audit trail. */
  keyRights(id: string): Promise<Pick<ApiKey, 'name' | 'products' | 'expiresAt'> | null>;

  /** R-DEV-7: for the app of an owner, by a key of the role ISSUER. Throws NOT_ALLOWED, REQUIRED, INVALID_FORMAT, OUT_OF_RANGE. */
  createAppToken(viewer: Viewer, input: NewAppToken): Promise<AppToken>;

  /** Those who have signed in, the newest first. */
  people(viewer: Viewer, page: PageRequest, filter?: { blocked?: boolean | null }): Promise<Page<Person>>;
  /** Ends whatever they have opened: here at once, elsewhere within 10 s. */
  blockPerson(viewer: Viewer, id: string): Promise<Person>;
  unblockPerson(viewer: Viewer, id: string): Promise<Person>;

  /** A browser session of whoever an API key or a token proves, or null; throws as `authenticate` does. A token's ends with it. */
  openSession(bearer: string): Promise<OpenedSession | null>;
  endSession(token: string): Promise<void>;
  /** What signs in once, within 10 minutes. */
  createSignInLink(): Promise<string>;
  /** Null for one that is none, or was used. */
  openSignInLink(token: string): Promise<OpenedSession | null>;

  /** Identity providers by which people sign in with a browser. */
  signInIssuers(): readonly { id: string; name: string }[];
  /** Null for an issuer that is not one of them; `returnTo` is given back at the end. Throws ISSUER_UNAVAILABLE. */
  beginSignIn(issuerId: string, redirectUri: string, returnTo: string): Promise<BegunSignIn | null>;
  /** The browser has come back. Throws NOT_SIGNED_IN. */
  finishSignIn(query: URLSearchParams, transaction: string): Promise<OpenedSession & { returnTo: string }>;
}

export interface NewApiKey {
  name: string;
  role: Role;
  /** For the role APP, and only for it: 1 to `limits.appDevices` devices of one product. */
  deviceIds?: readonly DeviceId[] | null;
  /** Keys of products, at most 100; null: all. Of the role APP those of its devices. */
  products?: readonly string[] | null;
  /** Null: it does not expire. */
  expiresAt?: Date | null;
  idempotencyKey?: string | null;
}

/** Null takes a limit or an expiry away. */
export type KeyChanges = { name?: string | null } & Pick<NewApiKey, 'products' | 'expiresAt'>;
