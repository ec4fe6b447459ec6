import type { DeviceId } from './ids';

/** An app serves the users of single devices: it may what `core/access/app-role.ts` lists, for its own devices. */
export const ROLES = ['ADMINISTRATOR', 'OPERATOR', 'VIEWER', 'APP'] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  _id: string;
  name: string;
  role: Role;
  /** Of the role APP: the devices it may act for, all of one product. Absent in other roles. */
  deviceIds?: DeviceId[];
  /** The registration of each of them (`generations.ts`), null for one from before there were any: the key is for no other device of that name. */
  registrations?: (string | null)[];
  /** SHA-256 of the secret part, hex: the key itself has 256 bits of entropy and is not kept. */
  hash: string;
  createdBy: string | null;
  createdAt: Date;
  revokedAt: Date | null;
  /** At most once a minute. */
  lastUsedAt: Date | null;
}
