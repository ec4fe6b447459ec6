import type { DeviceId } from '../../schema/model/ids';
import type { Page, PageRequest } from '../paging/page';
import type { ApiKey, Role, Viewer } from './viewer';

export interface AccessService {
  /**
   * The viewer of a key, or null: to be asked for each operation. A revocation in this process is certain at once; one elsewhere after
   * the few seconds for which keys are known.
   */
  authenticate(key: string | null | undefined): Promise<Viewer | null>;
  /**
   * For what stays open after an operation (a connection, a transfer): `end` is called once, when the key is revoked or may do something
   * else; here at once, elsewhere within 10 s. Gives what lets go of it.
   */
  hold(key: string, viewer: Viewer, end: () => void): () => void;
  /** On the very first start: an administrator's key, returned once; null when any key exists. */
  bootstrap(): Promise<string | null>;
  createKey(viewer: Viewer, input: NewApiKey): Promise<{ key: string; apiKey: ApiKey }>;
  revokeKey(viewer: Viewer, id: string): Promise<ApiKey>;
  keys(viewer: Viewer, page: PageRequest): Promise<Page<ApiKey>>;
}

export interface NewApiKey {
  name: string;
  role: Role;
  /** For the role APP, and only for it: 1 to `limits.appDevices` devices of one product. */
  deviceIds?: readonly DeviceId[] | null;
}
