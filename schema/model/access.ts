import type { DeviceId } from './ids';

/** An app serves the users of single devices: it may what `core/access/permissions` lists, for its own devices. An issuer makes tokens for apps. */
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
  /** Keys of the products that it is limited to; null or absent: all. */
  products?: string[] | null;
  /** From then on it is refused; null or absent: it does not expire. */
  expiresAt?: Date | null;
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
  /** Of the user of an app: what the token said that opened it. */
  user?: {
    owner: string;
    name: string;
    products: string[] | null;
    /** Id of the key that made the token: the session ends with it. Without one it is a token of the next. */
    madeBy?: string;
    issuer?: string;
    terms?: string;
  };
  createdAt: Date;
  /** At most once a minute. */
  usedAt: Date;
  expiresAt: Date;
}

/** R-DEV-7: what gives a device to whoever redeems it. */
export interface PairingCode {
  /** A device has one: another code takes its place. */
  _id: DeviceId;
  /** The device's registration (`generations.ts`) when the code was made: it is for no other device of that name. */
  registration: string | null;
  /** Keyed digest of the letters, base64url. */
  digest: string;
  expiresAt: Date;
  /** Whoever asked for it: it is good no longer than they are. */
  madeBy?: string;
  /** Who has redeemed it: the actor's id of an owner. Absent until then. */
  redeemedBy?: string;
}

/** How many wrong pairing codes have come. */
export interface PairingTries {
  /** The window of time, and whose tries: the actor's id of an owner, or those of all. */
  _id: string;
  count: number;
  expiresAt: Date;
}

/** A link that signs in once. */
export interface SignInLink {
  /** SHA-256 of the token, base64url. */
  _id: string;
  expiresAt: Date;
}
