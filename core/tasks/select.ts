import type { Batch, SelectionSummary } from '../../schema/model/batch';
import type { DeviceId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task';
import type { Collections } from '../../schema/mongo/connect';
import { chosenStages, countTargets, targetSource, targetStages, withShare } from '../batches/targets';
import { isDuplicateKey } from '../duplicate-key';
import { roomStages } from './room';

/** Another batch made a task for one of the devices while this one was selecting: select again, and it is skipped. */
const TRIES = 5;

/**
 * Makes the tasks of a batch by one aggregation inside MongoDB. It may run twice: what is there stays as it is.
 * A device with a version that the package does not upgrade from is counted and left alone (R-PKG-6).
 * A device at the target already succeeds without a push (R-TASK-3); one without room for it keeps the
 * tasks it has (R-BAT-8, R-BAT-13). `places`: how many a device has.
 */
export async function selectTargets(collections: Collections, selected: Batch, now: Date, places: number): Promise<SelectionSummary> {
  const batch = await withShare(collections, selected);
  await untilSelected(() =>
    targetSource(collections, batch)
      .aggregate(pipeline(batch, targetStages(batch), now, places))
      .toArray(),
  );
  const [{ matching, meant }, created, atTarget] = await Promise.all([
    countTargets(collections, batch),
    collections.tasks.countDocuments({ batchId: batch._id }),
    collections.tasks.countDocuments({ batchId: batch._id, status: 'SUCCEEDED' }),
  ]);
  const skippedVersion = Math.max(0, meant - matching);
  const skippedPhase = batch.share === undefined ? 0 : Math.max(0, matching - batch.share);
  const skippedBusy = Math.max(0, matching - skippedPhase - created);
  const matched = created + skippedBusy + skippedVersion + skippedPhase;
  return { matched, created, skippedVersion, skippedBusy, atTarget, ...(batch.share !== undefined && { skippedPhase }) };
}

/** R-BAT-1: the same for a few devices that a dynamic batch takes later. */
export const selectChosen = ({ devices }: Collections, batch: Batch, ids: readonly DeviceId[], now: Date, places: number): Promise<void> =>
  untilSelected(() => devices.aggregate(pipeline(batch, chosenStages(batch, ids), now, places)).toArray());

async function untilSelected(select: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await select();
      return;
    } catch (error) {
      if (attempt === TRIES || !isDuplicateKey(error)) throw error;
    }
  }
}

function pipeline(batch: Batch, targets: object[], now: Date, places: number): object[] {
  return [
    ...targets,
    ...roomStages(batch, places),
    { $project: taskOf(batch, now) },
    { $merge: { into: 'tasks', on: '_id', whenMatched: 'keepExisting', whenNotMatched: 'insert' } },
  ];
}

/** A task document as an aggregation expression; the type makes sure that no field of `Task` is forgotten, but what begins absent. */
function taskOf(batch: Batch, now: Date): Record<Exclude<keyof Task, 'download' | 'matches' | 'timeoutMinutes'>, unknown> {
  const { confirmation = false } = batch.policy;
  const version = `$modules.${batch.module}.version`;
  const literal = (value: unknown) => ({ $literal: value });
  const atTarget = { $eq: [version, literal(batch.targetVersion)] };
  const unlessAtTarget = (value: unknown) => ({ $cond: [atTarget, null, value] });
  return {
    _id: { $concat: [`${batch._id}.`, '$_id'] },
    batchId: literal(batch._id),
    packageId: literal(batch.packageId),
    productKey: literal(batch.productKey),
    deviceId: '$_id',
    deviceName: '$deviceName',
    module: literal(batch.module),
    sourceVersion: { $ifNull: [version, null] },
    targetVersion: literal(batch.targetVersion),
    status: { $cond: [atTarget, 'SUCCEEDED', confirmation ? 'UNCONFIRMED' : 'QUEUED'] },
    active: { $not: [atTarget] },
    places: '$places',
    attempt: literal(1),
    firstAttempt: literal(1),
    ...(batch.kind === 'dynamic' && { matches: literal(1), timeoutMinutes: literal(batch.policy.timeoutMinutes) }),
    progress: literal(null),
    cause: literal(null),
    causeText: literal(null),
    reachable: { $and: ['$online', { $not: [atTarget] }] },
    gatewayId: unlessAtTarget('$gatewayId'),
    offerAt: confirmation ? literal(null) : unlessAtTarget(now),
    notifiedAt: literal(null),
    firstNotifiedAt: literal(null),
    notifications: literal(0),
    reacted: literal(false),
    retryAt: literal(null),
    firstProgressAt: literal(null),
    deadlineAt: literal(null),
    attempts: literal([]),
    transitions: { $cond: [atTarget, [{ at: now, from: 'QUEUED', to: 'SUCCEEDED', cause: null, text: null }], []] },
    createdAt: now,
    updatedAt: now,
    endedAt: { $cond: [atTarget, now, null] },
    revision: literal(0),
  };
}
