import type { mongo } from 'mongoose';
import type { Collections } from '../../schema/mongo/connect';
import { UserError } from '../errors';

/** By the store itself. Throws NOT_SIGNED_IN for a key that was revoked and a person who is blocked. */
export async function requireGood(
  { apiKeys, people }: Pick<Collections, 'apiKeys' | 'people'>,
  actorId: string,
  session?: mongo.ClientSession,
): Promise<void> {
  const only = { session, projection: { _id: 1 as const } };
  if (await apiKeys.findOne({ _id: actorId, revokedAt: { $ne: null } }, only)) {
    throw new UserError('NOT_SIGNED_IN', { message: 'The API key was revoked.', hint: 'Use another key.' });
  }
  if (await people.findOne({ _id: actorId, blockedAt: { $ne: null } }, only)) throw blocked();
}

export const blocked = (): UserError =>
  new UserError('NOT_SIGNED_IN', { message: 'This person is blocked here.', hint: 'Ask an administrator to end that.' });
