import DataLoader from 'dataloader';
import type { mongo } from 'mongoose';
import type { StoredCell } from '../../schema/mongo/cells';
import { type CellDeps, callNext } from './call';
import type { CellSlots, Leaving } from './contract';
import { sweepCells } from './sweep';
import { takeSlot } from './take';

/** In one read of the store. */
const AT_ONCE = 500;

export function createCellSlots(deps: CellDeps): CellSlots {
  const { cells } = deps.collections;
  /** Devices that come in one turn of the event loop are often in one cell. */
  const byKey = new DataLoader<string, StoredCell | null>(
    async (keys) => {
      const found = await cells.find({ _id: { $in: [...new Set(keys)] } }).toArray();
      const known = new Map(found.map((cell) => [cell._id, cell]));
      return keys.map((key) => known.get(key) ?? null);
    },
    { cache: false, maxBatchSize: AT_ONCE, batchScheduleFn: setImmediate },
  );
  return {
    take: (request) => takeSlot(deps, (key) => byKey.load(key), request),
    release: (taskId, attempt) => releaseAll(deps, [{ taskId, attempt }]),
    releaseAll: (leaving) => releaseAll(deps, leaving),
    sweep: (signal) => sweepCells(deps, signal),
  };
}

async function releaseAll(deps: CellDeps, leaving: readonly Leaving[]): Promise<void> {
  for (let from = 0; from < leaving.length; from += AT_ONCE) await releaseSome(deps, leaving.slice(from, from + AT_ONCE));
}

/** A task is in more than one cell only when its device was asked anew in another. */
async function releaseSome(deps: CellDeps, leaving: readonly Leaving[]): Promise<void> {
  const { cells } = deps.collections;
  const filter = { 'slots.taskId': { $in: leaving.map(({ taskId }) => taskId) } };
  for (const { _id, slots } of await cells.find(filter, { projection: { 'slots.taskId': 1 } }).toArray()) {
    const here = new Set(slots.map(({ taskId }) => taskId));
    const own = leaving.filter(({ taskId }) => here.has(taskId));
    const theirs = own.map(({ taskId, attempt }) => ({ taskId, ...(attempt !== undefined && { attempt: { $lte: attempt } }) }));
    const update: mongo.UpdateFilter<StoredCell> = { $pull: { slots: { $or: theirs } as never } };
    const after = await cells.findOneAndUpdate({ _id }, update, { returnDocument: 'after' });
    if (after === null) continue;
    if (after.refusedAt !== null) await callNext(deps, after);
    else if (after.slots.length === 0) await cells.deleteOne({ _id, slots: [], refusedAt: null });
  }
}
