import type { Role } from '../../schema/model/access';

export { type ApiKey, ROLES, type Role } from '../../schema/model/access';

/** Who asks: the API key a request came with. */
export interface Viewer {
  keyId: string;
  name: string;
  role: Role;
}
