import type { mongo } from 'mongoose';
import { FIXED_LIMITS } from '../schema/model/limits';
import type { Violation } from '../schema/model/violation';
import { UserError } from './errors';

/** A caller's key is the caller's own, for this long. */
const KEPT_MS = 24 * 60 * 60 * 1_000;

/** Whose call it is: a viewer. */
export interface Caller {
  actorId: string;
}

/** The call that made a document: whose key it had, and what came with it. */
export interface Idempotency {
  key: string;
  inputHash: string;
}

const { idempotencyKeyLength } = FIXED_LIMITS;

/** Of a key for calls of this kind: `what` names one. */
export function keyViolation(key: string | null | undefined, what: string): Violation | null {
  if (key == null || (key.length > 0 && key.length <= idempotencyKeyLength)) return null;
  const message = key === '' ? 'The idempotency key is empty.' : `The idempotency key has ${key.length} characters.`;
  const hint = `Give a value of your own that is new for each ${what}, e.g. a UUID, or none.`;
  return { code: 'INVALID_FORMAT', field: 'idempotencyKey', message, hint, limit: `1–${idempotencyKeyLength} characters` };
}

interface Made {
  _id: string;
  createdAt: Date;
  idempotency?: Idempotency | null;
}

/** Null for a call without a key. */
export const idempotencyOf = ({ actorId }: Caller, idempotencyKey: string | null | undefined, inputHash: string): Idempotency | null =>
  idempotencyKey == null ? null : { key: `${actorId}:${idempotencyKey}`, inputHash };

/** What the same call has made already, or null; the key is free again after a day. Refuses the key with another input. */
export async function madeBefore<T extends Made>(
  collection: mongo.Collection<T>,
  { key, inputHash }: Idempotency,
  now: Date,
  what: 'batch' | 'package',
): Promise<mongo.WithId<T> | null> {
  const ofKey: mongo.Filter<Made> = { 'idempotency.key': key };
  const outdated: mongo.Filter<Made> = { ...ofKey, createdAt: { $lt: new Date(now.getTime() - KEPT_MS) } };
  await collection.updateOne(outdated as mongo.Filter<T>, { $set: { idempotency: null } as mongo.MatchKeysAndValues<T> });
  const earlier = await collection.findOne(ofKey as mongo.Filter<T>);
  if (earlier === null || earlier.idempotency?.inputHash === inputHash) return earlier;
  throw new UserError('IDEMPOTENCY_MISMATCH', {
    field: 'idempotencyKey',
    message: 'This idempotency key was used within 24 hours with another input.',
    hint: `Use a new key for a new ${what}.`,
    conflictingId: earlier._id,
  });
}
