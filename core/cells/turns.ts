import type { mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch/batch';
import type { Gate } from '../../schema/model/cell/gate';
import type { TaskId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import type { Collections } from '../../schema/mongo/collections';
import { WAITING_INDEX } from '../../schema/mongo/tasks';

export type WaitingTask = Pick<Task, '_id' | 'attempt'>;

/** Bounds the index of those that were called. */
const NEVER = new Date(0);
/** Batches that push and have tasks which wait in one cell: the order of waiting is over so many at least. */
const BATCHES = 200;
const AT_ONCE = 50;

export const waitingIn = ({ cell, level }: Gate): mongo.Filter<Task> => ({
  active: true,
  'lwm2m.step': 'CELL_SLOT',
  'lwm2m.cell': cell,
  'lwm2m.level': level,
});

/** Whether anybody waits, whoever it is. */
export async function someoneWaits({ tasks }: Pick<Collections, 'tasks'>, gate: Gate): Promise<boolean> {
  return (await tasks.findOne(waitingIn(gate), { projection: { _id: 1 }, hint: WAITING_INDEX })) !== null;
}

export interface Turns {
  most: number;
  /** Those that are in the cell's document already. */
  without: readonly TaskId[];
  /** Only those that wait longer than since then, and were never called. */
  before?: Date;
}

/**
 * Who comes next: those that can be reached and whose batch pushes, the longest waiting first, over all batches; behind them those that
 * were called and have not come. Reads a few keys of the index for each batch and each task that is returned.
 */
export async function nextTurns(collections: Pick<Collections, 'tasks' | 'batches'>, gate: Gate, turns: Turns): Promise<WaitingTask[]> {
  const batchIds = await pushingBatches(collections, gate);
  if (batchIds.length === 0) return [];
  const { most, without, before } = turns;
  const filter = { ...waitingIn(gate), batchId: { $in: batchIds }, reachable: true, _id: { $nin: [...without] } };
  const find = (more: mongo.Filter<Task>, sort: mongo.Sort, limit: number) =>
    collections.tasks
      .find({ ...filter, ...more }, { hint: WAITING_INDEX })
      .sort(sort)
      .limit(limit)
      .project<WaitingTask>({ _id: 1, attempt: 1 })
      .toArray();
  const since = before && { 'lwm2m.waitingSince': { $lt: before } };
  const never = await find({ 'lwm2m.calledAt': null as never, ...since }, { 'lwm2m.waitingSince': 1 }, most);
  if (before || never.length >= most) return never;
  return [...never, ...(await find({ 'lwm2m.calledAt': { $gt: NEVER } }, { 'lwm2m.calledAt': 1 }, most - never.length))];
}

/** Those of them that push. The index is read by a step for each batch, however many of its tasks wait; paused ones hide nobody. */
async function pushingBatches(collections: Pick<Collections, 'tasks' | 'batches'>, gate: Gate): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | undefined; found.length < BATCHES; ) {
    const ids = await batchesAfter(collections, gate, after);
    found.push(...(await pushing(collections, ids)));
    if (ids.length < AT_ONCE) break;
    after = ids.at(-1);
  }
  return found;
}

async function batchesAfter({ tasks }: Pick<Collections, 'tasks'>, gate: Gate, from: string | undefined): Promise<string[]> {
  const ids: string[] = [];
  for (let after = from; ids.length < AT_ONCE; after = ids.at(-1)) {
    const next = await tasks
      .find({ ...waitingIn(gate), ...(after !== undefined && { batchId: { $gt: after } }) }, { hint: WAITING_INDEX })
      .sort({ 'lwm2m.cell': 1, 'lwm2m.level': 1, batchId: 1 })
      .limit(1)
      .project<Pick<Task, 'batchId'>>({ batchId: 1 })
      .next();
    if (next === null) break;
    ids.push(next.batchId);
  }
  return ids;
}

/** Those of a batch that is paused, halted or over would not come. */
async function pushing({ batches }: Pick<Collections, 'batches'>, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const running: mongo.Filter<Batch> = { _id: { $in: ids }, status: 'RUNNING' };
  return (await batches.find(running, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id);
}
