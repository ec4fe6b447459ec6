import { randomBytes } from 'node:crypto';
import type { mongo } from 'mongoose';
import { type Proof, provenBy } from '../../schema/model/device/generations';
import type { TaskId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import { earlier } from './earlier';
import { hasActiveTask } from './has-active';
import { type DueTask, spelled, type TaskStore, type TaskWrite } from './store';

const LOG_LENGTH = 50;
/** Bounds the partial index of those that have a date. */
const NEVER = new Date(0);
const DUE = {
  gatewayId: 1,
  offerAt: 1,
  batchId: 1,
  deviceId: 1,
  module: 1,
  attempt: 1,
  firstAttempt: 1,
  firstProgressAt: 1,
  timeoutMinutes: 1,
  dialect: 1,
  negotiation: 1,
};

/** On disk within a tenth of a second, without an fsync of its own. */
const NOT_AWAITED = { w: 1, journal: false } as const;

const notAt = (gateways: readonly string[]) => (gateways.length > 0 ? { gatewayId: { $nin: [...gateways] } } : {});

export function createTaskStore(tasks: mongo.Collection<Task>): TaskStore {
  return {
    get: (id) => tasks.findOne({ _id: id }),
    getMany: (ids) => tasks.find({ _id: { $in: [...ids] } }).toArray(),
    activeOfDevice: (deviceId, proof) => found(tasks, { deviceId, active: true }, proof),
    activeOfDevices: (deviceIds) => tasks.find({ deviceId: { $in: [...deviceIds] }, active: true }).toArray(),
    activeOf: async (deviceId, module, proof) => (await found(tasks, { deviceId, module, active: true }, proof))[0] ?? null,
    succeededOf: (deviceId, module, targetVersion, since) =>
      tasks.findOne(
        { deviceId, module, targetVersion, status: 'SUCCEEDED', endedAt: { $gte: since } },
        { sort: { createdAt: -1, _id: 1 } },
      ),
    latestOfDevice: (deviceId, limit) => tasks.find({ deviceId }).sort({ createdAt: -1, _id: 1 }).limit(limit).toArray(),
    activeOfBatch: (batchId, limit, after, statuses) =>
      tasks
        .find({ batchId, active: true, ...(after && { _id: { $gt: after } }), ...(statuses && { status: { $in: [...statuses] } }) })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray(),
    eachOfGateway: (gatewayId) => tasks.find({ gatewayId, active: true }),
    async spell(task, name) {
      const now = spelled(task, name);
      if (now.moduleName === task.moduleName) return task;
      // Beside the task's revision: nothing is decided by it.
      await tasks.updateOne(
        { _id: task._id },
        now.moduleName === undefined ? { $unset: { moduleName: true } } : { $set: { moduleName: name } },
      );
      return now;
    },
    write: (writes) => writeAll(tasks, writes),
    due: (batchId, now, limit, without = []) =>
      tasks
        .find({ batchId, active: true, reachable: true, offerAt: { $lte: now }, ...notAt(without) })
        .sort({ offerAt: 1 })
        .limit(limit)
        .project<DueTask>(DUE)
        .toArray(),
    async nextDueAt(batchId, without = []) {
      const filter = { batchId, active: true, reachable: true, offerAt: { $type: 'date' as const }, ...notAt(without) };
      const next = await tasks.find(filter).sort({ offerAt: 1 }).limit(1).project<Pick<DueTask, 'offerAt'>>({ offerAt: 1 }).next();
      return next?.offerAt ?? null;
    },
    hasActive: (batchId) => hasActiveTask(tasks, batchId),
    concerning(deviceIds) {
      const deviceId = { $in: [...deviceIds] };
      return tasks
        .find({
          $or: [
            { deviceId, active: true },
            { deviceId, active: false, 'look.at': { $gt: NEVER } },
          ],
        })
        .toArray();
    },
    async dueLooks(gatewayId, now, limit) {
      const filter = { 'look.gatewayId': gatewayId, 'look.at': { $gt: NEVER, $lte: now } };
      const due = tasks.find(filter).sort({ 'look.at': 1 }).limit(limit).project<Pick<Task, 'deviceId'>>({ deviceId: 1 });
      return [...new Set((await due.toArray()).map(({ deviceId }) => deviceId))];
    },
    async overdueWaits(batchId, now, limit) {
      const [offline, waiting] = await Promise.all([
        tasks
          .find({ batchId, reachable: false, onlineBy: { $gt: NEVER, $lte: now } })
          .sort({ onlineBy: 1 })
          .limit(limit)
          .toArray(),
        tasks
          .find({ batchId, waitBy: { $gt: NEVER, $lte: now } })
          .sort({ waitBy: 1 })
          .limit(limit)
          .toArray(),
      ]);
      const named = new Set(offline.map(({ _id }) => _id));
      return [...offline, ...waiting.filter(({ _id }) => !named.has(_id))].slice(0, limit);
    },
    endedDeferrals: (batchId, now, limit) =>
      tasks
        .find({ batchId, status: 'UNCONFIRMED', 'deferral.tellAt': { $gt: NEVER, $lte: now } })
        .sort({ 'deferral.tellAt': 1 })
        .limit(limit)
        .toArray(),
    async nextWaitEnd(batchId) {
      const [offline, waiting, deferred] = await Promise.all([
        first(tasks, { batchId, reachable: false, onlineBy: { $gt: NEVER } }, 'onlineBy'),
        first(tasks, { batchId, waitBy: { $gt: NEVER } }, 'waitBy'),
        first(tasks, { batchId, status: 'UNCONFIRMED', 'deferral.tellAt': { $gt: NEVER } }, 'deferral.tellAt'),
      ]);
      return earlier(earlier(offline?.onlineBy ?? null, waiting?.waitBy ?? null), deferred?.deferral?.tellAt ?? null);
    },
  };
}

/** The earliest of a date. */
const first = (tasks: mongo.Collection<Task>, filter: mongo.Filter<Task>, date: 'onlineBy' | 'waitBy' | 'deferral.tellAt') =>
  tasks
    .find(filter)
    .sort({ [date]: 1 })
    .limit(1)
    .project<Pick<Task, 'onlineBy' | 'waitBy' | 'deferral'>>({ [date]: 1 })
    .next();

/** The device is looked at in the same read, so that the check costs no round trip, and nothing where there is no task. */
function found(tasks: mongo.Collection<Task>, filter: mongo.Filter<Task>, proof: Proof | undefined): Promise<Task[]> {
  if (proof === undefined) return tasks.find(filter).toArray();
  const device = [{ $match: provenBy(proof) }, { $project: { _id: 1 } }];
  return tasks
    .aggregate<Task>([
      { $match: filter },
      { $lookup: { from: 'devices', localField: 'deviceId', foreignField: '_id', pipeline: device, as: 'proven' } },
      { $match: { 'proven.0': { $exists: true } } },
      { $unset: 'proven' },
    ])
    .toArray();
}

async function writeAll(tasks: mongo.Collection<Task>, writes: readonly TaskWrite[]): Promise<Set<TaskId>> {
  const [only] = writes;
  if (only === undefined) return new Set();
  if (writes.length === 1) {
    const { matchedCount } = await tasks.updateOne(...filterAndUpdate(only), isPercentOnly(only) ? { writeConcern: NOT_AWAITED } : {});
    return new Set(matchedCount === 1 ? [only.task._id] : []);
  }
  const writeId = randomBytes(9).toString('base64url');
  const operations = writes.map((write) => {
    const [filter, update] = filterAndUpdate(write);
    return { updateOne: { filter, update: { ...update, $set: { ...update.$set, writeId } } } };
  });
  const { matchedCount } = await tasks.bulkWrite(operations, { ordered: false });
  const ids = writes.map(({ task }) => task._id);
  if (matchedCount === writes.length) return new Set(ids);
  // A bulk write counts what it matched but does not say which: what carries our mark is ours.
  const ours = await tasks
    .find({ _id: { $in: ids }, writeId } as mongo.Filter<Task>)
    .project<{ _id: TaskId }>({ _id: 1 })
    .toArray();
  return new Set(ours.map(({ _id }) => _id));
}

/** A further percentage is most of what devices report, and the next one makes good for one that a crash has lost. */
function isPercentOnly({ task, change }: TaskWrite): boolean {
  const movesNothing =
    change.transition === null && change.attemptLog === null && task.reacted && task.offerAt === null && !change.set.downloaded;
  return movesNothing && typeof change.set.progress === 'number';
}

function filterAndUpdate({ task, change }: TaskWrite): [{ _id: TaskId; revision: number }, mongo.UpdateFilter<Task>] {
  const push: mongo.UpdateFilter<Task>['$push'] = {
    ...(change.transition && { transitions: { $each: [change.transition], $slice: -LOG_LENGTH } }),
    ...(change.attemptLog && { attempts: { $each: [change.attemptLog], $slice: -LOG_LENGTH } }),
  };
  const update: mongo.UpdateFilter<Task> = { $set: { ...change.set, revision: task.revision + 1 } };
  if (Object.keys(push).length > 0) update.$push = push;
  return [{ _id: task._id, revision: task.revision }, update];
}
