import type { DeviceId } from './ids';

/** An app serves the users of single devices: it may what `core/access/app-role.ts` lists, for its own devices. An issuer makes tokens for apps. */
export const ROLES = ['ADMINISTRATOR', 'OPERATOR', 'VIEWER', 'APP', 'ISSUER'] as const;
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

/** Somebody who has signed in by an identity provider, or by the link that a start prints. */
export interface Person {
  /** The actor's id: `person:` and a digest of issuer and subject. */
  _id: string;
  /** As in `iss`; `local` for the link of a start. */
  issuer: string;
  /** As in `sub`. */
  subject: string;
  /** This and the next two as they were last. */
  name: string;
  role: Role;
  /** Null: all. */
  products: string[] | null;
  firstSeenAt: Date;
  /** At most once a minute. */
  lastSeenAt: Date;
  blockedAt: Date | null;
}

/** What a browser's cookie stands for. It is good until `expiresAt`, and while it is used. */
export interface BrowserSession {
  /** SHA-256 of the token, base64url: the token itself has 256 bits of entropy and is not kept. */
  _id: string;
  actorId: string;
  /** Of one that was opened with an API key: what may be done is what the key may do. */
  keyId?: string;
  /** Of a person's: what the token said that opened it. */
  person?: {
    issuer: string;
    subject: string;
    name: string;
    role: Role;
    products: string[] | null;
    /** A digest of the issuer's settings of then: with others the session ends. */
    terms: string;
  };
  createdAt: Date;
  /** At most once a minute. */
  usedAt: Date;
  expiresAt: Date;
}

/** A link that signs in once. */
export interface SignInLink {
  /** SHA-256 of the token, base64url. */
  _id: string;
  expiresAt: Date;
}
