import type { mongo } from 'mongoose';
import type { Task } from '../../schema/model/task/task';
import { cellKey, type StoredCell } from '../../schema/mongo/cells';
import { isDuplicateKey } from '../duplicate-key';
import { type CellDeps, callNext, liveSlots } from './call';
import type { CellSlotRequest } from './contract';
import { type Taking, taking } from './slots-update';
import { nextTurns } from './turns';

/** Two that make the document of a cell at once, or a slot that comes free beside a refusal: each time somebody else got on. */
const TRIES = 4;

export async function takeSlot(
  deps: CellDeps,
  cellOf: (key: string) => Promise<StoredCell | null>,
  request: CellSlotRequest,
): Promise<boolean> {
  const limit = deps.settings.cells.slots[request.level];
  for (let tries = 1; ; tries += 1) {
    const now = deps.clock();
    const before = await cellOf(cellKey(request));
    const mayTakeFree = await isNext(deps, request, before, now);
    const after = await write(deps, { request, limit, mayTakeFree, now });
    if (after.slots.some(({ taskId, attempt, held }) => held && taskId === request.taskId && attempt === request.attempt)) return true;
    // A slot came free meanwhile, and whoever gave it back has found nobody: this task does not wait yet.
    const isFree = !mayTakeFree && after.slots.length < limit;
    if (isFree && tries < TRIES) continue;
    await heard(deps, request);
    return false;
  }
}

/** Whether it may have one of the free slots. Nobody can wait where nobody was refused; else those that come first are called. */
async function isNext(
  deps: CellDeps,
  { taskId, level, waitingSince }: CellSlotRequest,
  cell: StoredCell | null,
  now: Date,
): Promise<boolean> {
  const noted = liveSlots(cell, now);
  const free = deps.settings.cells.slots[level] - noted.length;
  if (cell === null || cell.refusedAt === null || noted.some((slot) => slot.taskId === taskId)) return true;
  if (free <= 0) return false;
  const without = [taskId, ...noted.map((slot) => slot.taskId)];
  const ahead = await nextTurns(deps.collections, cell, { most: free, without, before: waitingSince });
  if (ahead.length < free) return true;
  await callNext(deps, cell);
  return false;
}

async function write({ collections: { cells } }: CellDeps, take: Taking): Promise<StoredCell> {
  for (let tries = 1; ; tries += 1) {
    try {
      const after = await cells.findOneAndUpdate({ _id: cellKey(take.request) }, taking(take), { upsert: true, returnDocument: 'after' });
      if (after) return after;
      throw new Error('MongoDB has returned no document of an upsert.');
    } catch (error) {
      if (!isDuplicateKey(error) || tries === TRIES) throw error;
    }
  }
}

/** Its device is there: it waits again where it did before it was called. */
async function heard({ collections: { tasks } }: CellDeps, { taskId, attempt }: CellSlotRequest): Promise<void> {
  const called: mongo.Filter<Task> = { _id: taskId, attempt, 'lwm2m.calledAt': { $type: 'date' } };
  await tasks.updateOne(called, { $unset: { 'lwm2m.calledAt': true }, $inc: { revision: 1 } });
}
