import type { mongo } from 'mongoose';
import type { CellSlot } from '../../schema/model/cell/holding';
import type { Task } from '../../schema/model/task/task';
import type { StoredCell } from '../../schema/mongo/cells';
import type { Collections } from '../../schema/mongo/collections';
import type { Clock } from '../clock';
import type { CoreSettings } from '../settings';
import { calling } from './slots-update';
import { nextTurns } from './turns';

export interface CellDeps {
  collections: Pick<Collections, 'cells' | 'tasks' | 'batches'>;
  settings: Pick<CoreSettings, 'cells'>;
  clock: Clock;
}

/**
 * A slot is kept for a called task for so long: its gateway looks each second for what is due, and asks the device something before it
 * takes the slot. Who has not come by then is passed over, until its device is heard again or nobody else waits.
 */
export const CALL_MS = 60_000;

/** Those of a cell as it was read, without the expired ones. */
export const liveSlots = (cell: Pick<StoredCell, 'slots'> | null, now: Date): CellSlot[] =>
  (cell?.slots ?? []).filter(({ until }) => until > now);

/**
 * Calls who waits longest, as many as there are free slots. First the slots are kept and then the tasks told: who dies in between leaves
 * slots that are free again soon, and tasks that are called then. Returns how many were called.
 */
export async function callNext({ collections, settings, clock }: CellDeps, cell: StoredCell): Promise<number> {
  const now = clock();
  const limit = settings.cells.slots[cell.level];
  const noted = liveSlots(cell, now);
  const free = limit - noted.length;
  if (free <= 0) return 0;
  const next = await nextTurns(collections, cell, { most: free, without: noted.map(({ taskId }) => taskId) });
  if (next.length === 0) return 0;
  const until = new Date(now.getTime() + CALL_MS);
  const slots = next.map(({ _id, attempt }): CellSlot => ({ taskId: _id, attempt, held: false, at: now, until }));
  const after = await collections.cells.findOneAndUpdate({ _id: cell._id }, calling(slots, limit, now), { returnDocument: 'after' });
  const kept = new Set(after?.slots.filter(({ held, at }) => !held && at.getTime() === now.getTime()).map(({ taskId }) => taskId));
  const called = next.filter(({ _id }) => kept.has(_id));
  if (called.length === 0) return 0;
  const look = { gatewayId: '$gatewayId', at: now };
  const update = [{ $set: { look, 'lwm2m.calledAt': now, revision: { $add: ['$revision', 1] } } }];
  const operations = called.map(({ _id, attempt }) => {
    const filter: mongo.Filter<Task> = { _id, attempt, active: true, 'lwm2m.step': 'CELL_SLOT' };
    return { updateOne: { filter, update } };
  });
  return (await collections.tasks.bulkWrite(operations, { ordered: false })).modifiedCount;
}
