import { type Batch, LIVE_STATUSES, overrides, type SelectionSummary } from '../../schema/model/batch/batch';
import { slotsFor } from '../../schema/model/device/slots';
import type { DeviceId } from '../../schema/model/ids';
import { PLATFORM_LED } from '../../schema/model/protocol/dialect';
import { newNegotiation } from '../../schema/model/task/negotiation';
import type { Task } from '../../schema/model/task/task';
import { DEFAULT_WAITS, type MsByDialect, onlineMsOf } from '../../schema/model/task/waits';
import type { Collections } from '../../schema/mongo/connect';
import { modulePath } from '../../schema/mongo/devices';
import { isDuplicateKey } from '../duplicate-key';
import { roomStages } from './room';
import { countAble, countAllBut, withShare } from './share';
import { allBut, chosenStages, countTargets, targetSource, targetStages } from './targets';

/** Another batch made a task for one of the devices while this one was selecting: select again, and it is skipped. */
const TRIES = 5;
const ONLINE_MS = onlineMsOf(DEFAULT_WAITS, 60_000);
/** Busy devices that are named to the store rather than looked up one by one. */
const NAMED = 10_000;

/**
 * Makes the tasks of a batch by one aggregation inside MongoDB. It may run twice: what is there stays as it is.
 * A device with a version that the package does not upgrade from is counted and left alone (R-PKG-6), and so is one of a
 * dialect that it cannot be brought to (R-FLOW-7). A share is one of those with room (R-BAT-4).
 * A device at the target already succeeds without a push (R-TASK-3); one without room for it keeps the
 * tasks it has (R-BAT-8, R-BAT-13). `slots`: how many a device has.
 */
export async function selectTargets(
  collections: Collections,
  selected: Batch,
  now: Date,
  slots: number,
  onlineMs = ONLINE_MS,
): Promise<SelectionSummary> {
  const busy = await nameableBusy(collections, selected);
  const able = selected.scope.kind === 'phased' ? await ableTo(collections, selected, busy, slots) : undefined;
  const batch = able === undefined ? selected : await withShare(collections, selected, able);
  const made = { now, slots, onlineMs };
  await untilSelected((attempt) => {
    const stages =
      busy && attempt === 1 ? insertOnly(batch, busy, made) : lookingUp(batch, targetStages(batch, roomStages(batch, slots)), made);
    return targetSource(collections, batch).aggregate(stages).toArray();
  });
  const [{ matching, meant, others }, created, atTarget] = await Promise.all([
    countTargets(collections, batch),
    collections.tasks.countDocuments({ batchId: batch._id }),
    collections.tasks.countDocuments({ batchId: batch._id, status: 'SUCCEEDED' }),
  ]);
  const skippedVersion = Math.max(0, meant - others - matching);
  const skippedPhase = able === undefined ? 0 : Math.max(0, able - created);
  const skippedBusy = Math.max(0, matching - skippedPhase - created);
  const matched = created + skippedBusy + skippedVersion + skippedPhase + others;
  const skippedDialect = others > 0 && { skippedDialect: others };
  return { matched, created, skippedVersion, ...skippedDialect, skippedBusy, atTarget, ...(able !== undefined && { skippedPhase }) };
}

const ableTo = (collections: Collections, batch: Batch, busy: readonly DeviceId[] | null, slots: number): Promise<number> =>
  busy === null || overrides(batch) ? countAble(collections, batch, slots) : countAllBut(collections, batch, busy);

/**
 * Devices of the product with an active task of another batch; null when they are many or may have room for one more all the same, or
 * when this batch has tasks from an earlier try.
 */
async function nameableBusy({ batches, tasks }: Collections, { _id, productKey, policy }: Batch): Promise<DeviceId[] | null> {
  if (await tasks.findOne({ batchId: _id }, { projection: { _id: 1 } })) return null;
  const live = { productKey, _id: { $ne: _id }, status: { $in: [...LIVE_STATUSES] } };
  const others = await batches.find(live, { projection: { _id: 1 } }).toArray();
  const theirs = { batchId: { $in: others.map((other) => other._id) }, active: true };
  const limit = policy.multiModule ? 0 : NAMED;
  const busy = await tasks.find(theirs, { projection: { _id: 0, deviceId: 1 }, limit: limit + 1 }).toArray();
  return busy.length > limit ? null : busy.map(({ deviceId }) => deviceId);
}

/** R-BAT-1: the same for a few devices that a dynamic batch takes later. */
export const selectChosen = (
  { devices }: Collections,
  batch: Batch,
  ids: readonly DeviceId[],
  now: Date,
  slots: number,
  onlineMs = ONLINE_MS,
): Promise<void> => {
  const targets = [...chosenStages(batch, ids), ...roomStages(batch, slots)];
  return untilSelected(() => devices.aggregate(lookingUp(batch, targets, { now, slots, onlineMs })).toArray());
};

async function untilSelected(select: (attempt: number) => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await select(attempt);
      return;
    } catch (error) {
      if (attempt === TRIES || !isDuplicateKey(error)) throw error;
    }
  }
}

/** What a selection makes tasks with: the time, the slots of a device, and how long a platform-led task waits for its device. */
interface Made {
  now: Date;
  slots: number;
  onlineMs: MsByDialect;
}

const taskFrom = (batch: Batch, { now, onlineMs }: Made): object => ({ ...taskOf(batch, now), ...platformLed(batch, now, onlineMs) });

/**
 * The usual case, at five times the speed: without looking each device up, and without looking for what is there. Where a device turns
 * out to be busy all the same, the store refuses its task, and the selection begins again the careful way.
 */
const insertOnly = (batch: Batch, busy: readonly DeviceId[], made: Made): object[] => [
  ...targetStages(batch, allBut(busy)),
  { $set: { slots: { $literal: slotsFor({ module: batch.module, multiModule: batch.policy.multiModule === true }, [], made.slots) } } },
  { $project: taskFrom(batch, made) },
  { $merge: { into: 'tasks', on: '_id', whenMatched: 'fail', whenNotMatched: 'insert' } },
];

const lookingUp = (batch: Batch, targets: object[], made: Made): object[] => [
  ...targets,
  { $project: taskFrom(batch, made) },
  { $merge: { into: 'tasks', on: '_id', whenMatched: 'keepExisting', whenNotMatched: 'insert' } },
];

/** Who has the target from the start has made no attempt, and no outcome. */
type BegunAbsent =
  | 'download'
  | 'lwm2m'
  | 'look'
  | 'waitBy'
  | 'deferral'
  | 'settledAt'
  | 'matches'
  | 'timeoutMinutes'
  | 'outcome'
  | 'judgedAt'
  | 'downloaded'
  | 'downloadedAt'
  | 'renotifications'
  | 'cameBack'
  | 'repeats'
  | keyof ReturnType<typeof platformLed>;

/** A task document as an aggregation expression; the type makes sure that no field of `Task` is forgotten, but what begins absent. */
function taskOf(batch: Batch, now: Date): Record<Exclude<keyof Task, BegunAbsent>, unknown> {
  const { confirmation = false } = batch.policy;
  const version = `$${modulePath(batch.module, 'version')}`;
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
    moduleName: { $ifNull: [`$${modulePath(batch.module, 'name')}`, '$$REMOVE'] },
    dialect: '$dialect',
    sourceVersion: { $ifNull: [version, null] },
    targetVersion: literal(batch.targetVersion),
    status: { $cond: [atTarget, 'SUCCEEDED', confirmation ? 'UNCONFIRMED' : 'QUEUED'] },
    active: { $not: [atTarget] },
    slots: '$slots',
    attempt: literal(1),
    firstAttempt: literal(1),
    ...(batch.kind === 'dynamic' && { matches: literal(1), timeoutMinutes: literal(batch.policy.timeoutMinutes) }),
    progress: literal(null),
    cause: literal(null),
    causeText: literal(null),
    reachable: { $and: ['$online', { $not: [atTarget] }] },
    gatewayId: unlessAtTarget('$gatewayId'),
    presenceRevision: { $ifNull: ['$presenceRevision', 0] },
    offerAt: confirmation ? literal(null) : unlessAtTarget(now),
    notifiedAt: literal(null),
    firstNotifiedAt: literal(null),
    notifications: literal(0),
    reacted: literal(false),
    retryAt: literal(null),
    firstProgressAt: literal(null),
    deadlineAt: literal(null),
    attempts: literal([]),
    transitions: { $cond: [atTarget, [{ at: now, attempt: 1, from: 'QUEUED', to: 'SUCCEEDED', cause: null, text: null }], []] },
    createdAt: now,
    updatedAt: now,
    endedAt: { $cond: [atTarget, now, null] },
    revision: literal(0),
  };
}

/** R-FLOW-2: only in tasks of platform-led devices, which wait for so long to be on-line once it is their turn. */
function platformLed(batch: Batch, now: Date, onlineMs: MsByDialect) {
  const { confirmation = false } = batch.policy;
  const atTarget = { $eq: [`$${modulePath(batch.module, 'version')}`, { $literal: batch.targetVersion }] };
  const turn = Math.max(now.getTime(), batch.schedule?.startAt.getTime() ?? 0);
  const only = (having: (ms: number) => unknown) =>
    PLATFORM_LED.reduce<unknown>(
      (others, dialect) => ({ $cond: [{ $eq: ['$dialect', dialect] }, having(onlineMs[dialect]), others] }),
      '$$REMOVE',
    );
  return {
    negotiation: only((ms) => ({ $literal: newNegotiation(ms) })),
    onlineBy: only((ms) => (confirmation ? null : { $cond: [atTarget, null, new Date(turn + ms)] })),
  };
}
