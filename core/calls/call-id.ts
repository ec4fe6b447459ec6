import { createHash } from 'node:crypto';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A key is its caller's own, and is for one mutation. */
export const callIdOf = (actorId: string, mutation: string, idempotencyKey: string): string =>
  sha256(JSON.stringify([actorId, mutation, idempotencyKey]));

/** Binds what is sealed to its call. */
export const contextOf = (callId: string): string => `call ${callId}`;

/** Of the same input the same, in whichever order its fields come; a field that is not given is none. */
export const inputHashOf = (input: object): string => sha256(JSON.stringify(input, inOrder));

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
