import type { mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch/batch';
import { dialectsPassedOver } from '../../schema/model/batch/dialect-obstacle';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { ofList } from '../../schema/mongo/device-lists';
import { modulePath } from '../../schema/mongo/devices';
import { type Matched, matchingDevices, meantDevices, otherDialects } from './matching';

type Target = Matched & Pick<Batch, 'share'>;

/** What a task is made from, and nothing else of its device: a choice among a million is sorted. */
const asTarget = ({ module }: Pick<Batch, 'module'>) => ({
  deviceName: 1,
  dialect: 1,
  online: 1,
  gatewayId: 1,
  presenceRevision: 1,
  [modulePath(module, 'version')]: 1,
  [modulePath(module, 'name')]: 1,
});

/** Where `targetStages` begin: a list is read once, and each of its devices looked up, however large the fleet is. */
export const targetSource = ({ deviceListRows, devices }: Collections, { scope }: Matched): mongo.Collection =>
  (scope.kind === 'list' ? deviceListRows : devices) as unknown as mongo.Collection;

function inList({ scope }: Matched): object[] {
  if (scope.kind !== 'list') return [];
  return [
    { $match: ofList(scope.listId) },
    { $lookup: { from: 'devices', localField: 'deviceId', foreignField: '_id', as: 'device' } },
    { $unwind: '$device' },
    { $replaceRoot: { newRoot: '$device' } },
  ];
}

/** The same over `devices`, of some devices whose scope is known: as long as the batch takes devices, and from these versions. */
export function chosenStages(batch: Batch, ids: readonly DeviceId[]): object[] {
  const { _id, sourceVersions } = batch;
  const asBefore = [{ $match: { _id, matching: true, sourceVersions: sourceVersions.length > 0 ? sourceVersions : { $size: 0 } } }];
  return [
    { $match: { _id: { $in: [...ids] }, ...matchingDevices({ ...batch, scope: { kind: 'all' } }) } },
    { $lookup: { from: 'batches', pipeline: [...asBefore, { $project: { _id: 1 } }], as: 'batch' } },
    { $match: { 'batch.0': { $exists: true } } },
    { $project: asTarget(batch) },
  ];
}
/** The head of an aggregation over `targetSource`: the devices of the scope that a filter lets through. */
export const scopeStages = (batch: Matched, filter: object): object[] => [...inList(batch), { $match: filter }];

/**
 * The head of an aggregation over `targetSource`: those the batch makes tasks for. `able` leaves those that can take part, so that no other
 * takes a place in the share (R-BAT-4): in the order of a hash of seed and device, which is random, and the same each time.
 */
export function targetStages(batch: Target, able: readonly object[]): object[] {
  const { scope, share } = batch;
  const matching = [...scopeStages(batch, matchingDevices(batch)), { $project: asTarget(batch) }];
  if (scope.kind !== 'phased' || share === undefined) return [...matching, ...able];
  const order = { $toHashedIndexKey: { $concat: [scope.seed, '.', '$_id'] } };
  // Sorted first, so that no more devices are looked up than it takes to fill the share.
  return [...matching, { $set: { order } }, { $sort: { order: 1, _id: 1 } }, ...able, { $limit: Math.max(1, share) }];
}

/** Stages for `targetStages`: all but these. */
export const allBut = (busy: readonly DeviceId[]): object[] => (busy.length > 0 ? [{ $match: { _id: { $nin: busy } } }] : []);

/** Whether any device matches. */
export async function hasTargets(collections: Collections, batch: Matched): Promise<boolean> {
  const found = targetSource(collections, batch).aggregate([...scopeStages(batch, matchingDevices(batch)), { $limit: 1 }]);
  return (await found.next()) !== null;
}

/** Devices that match, and those that its creator meant (R-PKG-6): of them, how many are of dialects it cannot be brought to. */
export async function countTargets(collections: Collections, batch: Matched): Promise<{ matching: number; meant: number; others: number }> {
  const [matching, others, meant] = await Promise.all([
    countIn(collections, batch, matchingDevices(batch)),
    countOthers(collections, batch),
    batch.inheritsVersions ? countIn(collections, batch, meantDevices(batch)) : null,
  ]);
  return { matching, others, meant: meant ?? matching + others };
}

/** Devices meant of dialects that the batch cannot be brought to; most can be brought to all, and then nobody is looked for. */
export const countOthers = async (collections: Collections, batch: Matched, limit?: number): Promise<number> =>
  dialectsPassedOver(batch).length === 0 ? 0 : countIn(collections, batch, otherDialects(batch), limit);

/** Devices of the batch's scope that a filter lets through; beside a list at most `limit`. */
export async function countIn(collections: Collections, batch: Matched, filter: object, limit?: number): Promise<number> {
  if (batch.scope.kind !== 'list') return collections.devices.countDocuments(filter, { limit });
  const counted = targetSource(collections, batch).aggregate<{ count: number }>([...scopeStages(batch, filter), { $count: 'count' }]);
  return (await counted.next())?.count ?? 0;
}
