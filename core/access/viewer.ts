import type { Role } from '../../schema/model/access';
import type { DeviceId } from '../../schema/model/ids';

export { type ApiKey, ROLES, type Role } from '../../schema/model/access';

/** Who asks: the API key a request came with. */
export interface Viewer {
  keyId: string;
  name: string;
  role: Role;
  /** Of the role APP: its devices. */
  deviceIds?: readonly DeviceId[];
  /** Of each, the registration that the key was made for. */
  registrations?: readonly (string | null)[];
}
