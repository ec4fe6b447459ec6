import type { Role } from './access';

/** A refusal is what somebody was not let do; `OMITTED` says how many refusals have no entry of their own. */
export const AUDIT_KINDS = ['MUTATION', 'REQUEST', 'SIGN_IN', 'REFUSAL', 'OMITTED'] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** `FAILED`: Updraft could not go on, and what was asked for may have been carried out. */
export const AUDIT_RESULTS = ['OK', 'REFUSED', 'FAILED'] as const;
export type AuditResult = (typeof AUDIT_RESULTS)[number];

export const ACTOR_KINDS = ['KEY', 'PERSON', 'APP_USER'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** Who did what, from where, and what came of it. Written once; sealing adds `segment`, which no hash covers. */
export interface AuditEntry {
  /** Sorts by time: milliseconds in 12 hex digits, then 80 random bits. */
  _id: string;
  at: Date;
  kind: AuditKind;
  /** A field of the schema (`createStaticBatch`), an address (`POST /packages`), or a way to sign in. */
  action: string;
  /** The id of a key; of people and app users `actor:` and a pseudonym, which `AuditActor` resolves. Null: nobody was proven. */
  actor: string | null;
  actorKind: ActorKind | null;
  role: Role | null;
  /** Of an app that came with a token made by a key of the role ISSUER: that key. Absent otherwise. */
  madeBy?: string;
  /** IP address of the connection. */
  address: string | null;
  correlationId: string | null;
  /** JSON of what was asked, without secrets, cut to a bound. */
  input: string | null;
  /** Ids of what it was about. */
  objects: string[];
  /** JSON of the fields that the input changes, as they were, and as they became. */
  before: string | null;
  after: string | null;
  result: AuditResult;
  /** Error codes. */
  codes: string[];
  /** 1; of `OMITTED` how many there were. */
  count: number;
  /** HMAC-SHA-256 over the rest, base64url, under a key that is sealed by the master key. */
  mac: string;
  /** Null until it is sealed. */
  segment: number | null;
}

/** Sealed entries in order. A segment hashes those of its entries and the one before: it can be changed only with all that follow. */
export interface AuditSegment {
  /** From 1, without gaps. */
  _id: number;
  at: Date;
  /** `hash` of the segment before, `GENESIS` of the first. */
  previous: string;
  ids: string[];
  /** SHA-256 of each entry, base64url. */
  hashes: string[];
  /** SHA-256 of the above, base64url. */
  hash: string;
  /** Ed25519 over the same, base64url. */
  signature: string;
}

/** Where the chain begins after its older part was removed. */
export interface AuditCheckpoint {
  /** The last segment that was removed. */
  _id: number;
  at: Date;
  /** Of that segment. */
  hash: string;
  /** Ed25519 over the above, base64url. */
  signature: string;
}

/** Whom a pseudonym stands for: the only place that says so, and none when the person has asked for it. */
export interface AuditActor {
  /** `actor:` and 128 random bits. */
  _id: string;
  /** Absent when it is forgotten. */
  actorId?: string;
  kind: ActorKind;
  name: string | null;
  forgottenAt: Date | null;
}

export const GENESIS = 'genesis';
