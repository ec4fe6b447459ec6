import type { mongo } from 'mongoose';
import type { TaskId } from '../../schema/model/ids';
import type { StoredCell } from '../../schema/mongo/cells';
import { type CellDeps, callNext } from './call';
import type { CellSlots } from './contract';
import { sweepCells } from './sweep';
import { takeSlot } from './take';

export function createCellSlots(deps: CellDeps): CellSlots {
  return {
    take: (request) => takeSlot(deps, request),
    release: (taskId, attempt) => release(deps, taskId, attempt),
    sweep: (signal) => sweepCells(deps, signal),
  };
}

/** A task is in more than one cell only when its device was asked anew in another. */
async function release(deps: CellDeps, taskId: TaskId, attempt?: number): Promise<void> {
  const { cells } = deps.collections;
  const own = { taskId, ...(attempt !== undefined && { attempt: { $lte: attempt } }) };
  for (const { _id } of await cells.find({ 'slots.taskId': taskId }, { projection: { _id: 1 } }).toArray()) {
    const update: mongo.UpdateFilter<StoredCell> = { $pull: { slots: own as never } };
    const after = await cells.findOneAndUpdate({ _id }, update, { returnDocument: 'after' });
    if (after === null) continue;
    if (after.refusedAt !== null) await callNext(deps, after);
    else if (after.slots.length === 0) await cells.deleteOne({ _id, slots: [], refusedAt: null });
  }
}
