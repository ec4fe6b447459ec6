import type { mongo } from 'mongoose';
import type { Gate } from '../../schema/model/cell/gate';
import type { Task } from '../../schema/model/task/task';
import { cellKey, type StoredCell } from '../../schema/mongo/cells';
import type { Collections } from '../../schema/mongo/collections';
import { WAITING_INDEX } from '../../schema/mongo/tasks';
import { liveSlots } from './call';
import type { CellUse } from './contract';
import { waitingIn } from './turns';

/** A count that takes longer is not worth its time. */
const COUNT_MS = 10_000;

type Tasks = Pick<Collections, 'tasks'>;

/** One cell and level as it is now; empty where nobody is. */
export async function useOf({ cells, tasks }: Tasks & Pick<Collections, 'cells'>, gate: Gate, now: Date): Promise<CellUse> {
  const [cell, waiting] = await Promise.all([
    cells.findOne({ _id: cellKey(gate) }),
    tasks.countDocuments(waitingIn(gate), { hint: WAITING_INDEX, maxTimeMS: COUNT_MS }),
  ]);
  return shown(gate, cell, waiting, now);
}

/** Several as they were read, and who waits now: by one question, answered from an index alone. */
export async function usesOf({ tasks }: Tasks, cells: readonly StoredCell[], now: Date): Promise<CellUse[]> {
  if (cells.length === 0) return [];
  const among: mongo.Filter<Task> = { active: true, 'lwm2m.step': 'CELL_SLOT', 'lwm2m.cell': { $in: cells.map(({ cell }) => cell) } };
  const counts = await tasks
    .aggregate<{ _id: Gate; waiting: number }>(
      [{ $match: among }, { $group: { _id: { cell: '$lwm2m.cell', level: '$lwm2m.level' }, waiting: { $sum: 1 } } }],
      { hint: WAITING_INDEX, maxTimeMS: COUNT_MS },
    )
    .toArray();
  const byKey = new Map(counts.map(({ _id, waiting }) => [cellKey(_id), waiting]));
  return cells.map((cell) => shown(cell, cell, byKey.get(cell._id) ?? 0, now));
}

function shown({ cell, level }: Gate, stored: StoredCell | null, waiting: number, now: Date): CellUse {
  const slots = liveSlots(stored, now);
  const taken = slots.filter(({ held }) => held).length;
  return { _id: cellKey({ cell, level }), cell, level, taken, kept: slots.length - taken, waiting };
}
