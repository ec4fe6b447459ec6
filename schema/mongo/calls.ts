import { date, oneOf, schemaOf, text } from './declaration';

export const CALL_STATES = ['BEGUN', 'DONE'] as const;

/** R-UI-1: a call with an idempotency key, so that a repeat of it does nothing more and gets the same answer. */
export interface StoredCall {
  /** Hash of whose key, for which mutation, and the caller's own. */
  _id: string;
  mutation: string;
  /** BEGUN: what takes more than one transaction is under way, or a crash has interrupted it. */
  state: (typeof CALL_STATES)[number];
  begunAt: Date;
  /** JSON of the input's hash and of what the answer is made of, encrypted under the master key. */
  sealed: string;
  /** The key is free again afterwards. */
  expiresAt: Date;
}

export const CALL_KEPT_MS = 24 * 60 * 60 * 1_000;

export const callSchema = schemaOf<StoredCall>({
  _id: text,
  mutation: text,
  state: oneOf(CALL_STATES),
  begunAt: date,
  sealed: text,
  expiresAt: date,
});
callSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
