import type { mongo } from 'mongoose';
import { reachedAgain } from '../../schema/model/registration/changes';
import type { StoredRegistration } from '../../schema/mongo/registrations';
import { inChunks } from '../in-chunks';
import { changeAll } from './change';
import type { CommitDeps, WritingDeps } from './commit';

const AT_ONCE = 500;

/**
 * Before the devices are written as off-line. `until`: the gateway was found silent since then, and may live: who has been heard since is not
 * meant, and it reaches all of them if it does. Without: the process begins or ends, and with it its DTLS sessions; devices without DTLS are
 * where they were, and stay as they are.
 */
export async function resetRegistrations({ store, clock }: CommitDeps, gatewayId: string, until?: Date): Promise<void> {
  const now = clock();
  const filter: mongo.Filter<StoredRegistration> = until
    ? { gatewayId, online: true, onlineAt: { $lte: until } }
    : { gatewayId, identity: { $ne: null }, reachableUntil: { $gt: now } };
  const lost = until ? {} : { reachableUntil: now };
  const set = { online: false, dueAt: '$expiresAt', revision: { $add: ['$revision', 1] }, ...lost };
  await store.collections.registrations.updateMany(filter, [{ $set: set }]);
}

export async function reachAgain(deps: WritingDeps, gatewayId: string): Promise<number> {
  const { registrations } = deps.store.collections;
  const found = registrations.find({ gatewayId, online: false, reachableUntil: { $gt: deps.clock() } });
  let reached = 0;
  for await (const chunk of inChunks(found, AT_ONCE)) {
    const came = await changeAll(deps, chunk, {
      find: async (those) => {
        const now = await registrations.find({ _id: { $in: those.map(({ _id }) => _id) } }).toArray();
        const byId = new Map(now.map((each) => [each._id, each]));
        return those.map(({ _id }) => byId.get(_id) ?? null);
      },
      decide: (_, before) => {
        const after = before?.gatewayId === gatewayId ? reachedAgain(before, deps.clock()) : null;
        return after ? { result: 1, after } : { result: 0 };
      },
      shutOut: 0,
    });
    reached += came.reduce<number>((sum, one) => sum + one, 0);
  }
  return reached;
}
