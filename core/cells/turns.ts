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
/** Batches that are looked at for one cell. Further ones are when an earlier one has none that wait. */
const BATCHES = 200;

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
  const batchIds = await pushing(collections, await batchesIn(collections, gate));
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

/** One step along the index for each batch, however many of its tasks wait. */
async function batchesIn({ tasks }: Pick<Collections, 'tasks'>, gate: Gate): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < BATCHES) {
    const after = ids.at(-1);
    const found = await tasks
      .find({ ...waitingIn(gate), ...(after !== undefined && { batchId: { $gt: after } }) }, { hint: WAITING_INDEX })
      .sort({ 'lwm2m.cell': 1, 'lwm2m.level': 1, batchId: 1 })
      .limit(1)
      .project<Pick<Task, 'batchId'>>({ batchId: 1 })
      .next();
    if (found === null) break;
    ids.push(found.batchId);
  }
  return ids;
}

/** Those of a batch that is paused, halted or over would not come. */
async function pushing({ batches }: Pick<Collections, 'batches'>, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const running: mongo.Filter<Batch> = { _id: { $in: ids }, status: 'RUNNING' };
  return (await batches.find(running, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id);
}
