import type { mongo } from 'mongoose';
import type { Collections } from '../../../schema/mongo/connect';
import { UserError } from '../../errors';
import { FULL_ADMINISTRATOR } from './rights';

const TURN = 'administrators';

/** One that may administrate everything, and does not expire, is left beside this one. Throws LAST_ADMINISTRATOR. */
export async function requireAnother(
  { apiKeys, settings }: Pick<Collections, 'apiKeys' | 'settings'>,
  id: string,
  field: string,
  at: Date,
  session: mongo.ClientSession,
): Promise<void> {
  // Two administrators that end each other's key at the same instant meet here, and one of them comes second.
  await settings.updateOne({ _id: TURN }, { $set: { value: at } }, { upsert: true, session });
  const others = await apiKeys.findOne({ ...FULL_ADMINISTRATOR, _id: { $ne: id } }, { session, projection: { _id: 1 } });
  if (others) return;
  throw new UserError('LAST_ADMINISTRATOR', {
    field,
    message: 'This is the last administrator key for all products that does not expire: without it nobody could make another.',
    hint: 'Create another such key first, and end or limit this one with it.',
  });
}
