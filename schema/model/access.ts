export const ROLES = ['ADMINISTRATOR', 'OPERATOR', 'VIEWER'] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  _id: string;
  name: string;
  role: Role;
  /** SHA-256 of the secret part, hex: the key itself has 256 bits of entropy and is not kept. */
  hash: string;
  createdBy: string | null;
  createdAt: Date;
  revokedAt: Date | null;
  /** At most once a minute. */
  lastUsedAt: Date | null;
}
