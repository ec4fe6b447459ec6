import type { Role } from '../../schema/model/access';
import type { DeviceId } from '../../schema/model/ids';

export { type ApiKey, type Person, ROLES, type Role } from '../../schema/model/access';

/** Who asks: an API key, a person, or the user of an app. */
export interface Viewer {
  /** What it does is counted and recorded under: the id of a key. Others begin with what they are: `person:`, `user:`. */
  actorId: string;
  kind: 'KEY' | 'PERSON' | 'APP_USER';
  name: string;
  role: Role;
  /** Keys of the products that it may see and change; null: all. */
  products: readonly string[] | null;
  /** Of a key that expires. */
  expiresAt?: Date;
  /** Of the role APP: its devices. */
  deviceIds?: readonly DeviceId[];
  /** Of the user of an app: whose devices these are. */
  owner?: string;
  /** The key that has made the token it came with, if one has: it ends with the key. */
  madeBy?: string;
  /** Of each, the registration that the key was made for. */
  registrations?: readonly (string | null)[];
  /** The browser session that it came with, if it did. */
  session?: { expiresAt: Date };
}
