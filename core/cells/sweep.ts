import type { mongo } from 'mongoose';
import { isJustified } from '../../schema/model/cell/holding';
import type { Task } from '../../schema/model/task/task';
import type { StoredCell } from '../../schema/mongo/cells';
import { type CellDeps, callNext } from './call';
import { givingBack, lookAt } from './slots-update';
import { someoneWaits } from './turns';

const AT_ONCE = 50;
/** Cells where somebody waits are looked at so often: what events have left behind is found then. */
const AGAIN_MS = 10_000;
/** From a refusal to the store's word that the task waits. */
const UNWRITTEN_MS = 60_000;

type Holder = Pick<Task, '_id' | 'active' | 'attempt' | 'reachable' | 'lwm2m'>;
const HOLDER = { active: 1, attempt: 1, reachable: 1, 'lwm2m.step': 1, 'lwm2m.cell': 1, 'lwm2m.level': 1 };

export async function sweepCells(deps: CellDeps, signal?: AbortSignal): Promise<number> {
  const { cells } = deps.collections;
  const began = deps.clock();
  let done = 0;
  while (!signal?.aborted) {
    const due = await cells
      .find({ dueAt: { $lte: began } })
      .sort({ dueAt: 1 })
      .limit(AT_ONCE)
      .toArray();
    const holders = await holdersOf(deps, due);
    for (const cell of due) done += await sweepCell(deps, cell, holders);
    if (due.length < AT_ONCE) break;
  }
  return done;
}

async function sweepCell(deps: CellDeps, cell: StoredCell, holders: ReadonlyMap<string, Holder>): Promise<number> {
  const { cells } = deps.collections;
  const { _id, refusedAt } = cell;
  const now = deps.clock();
  const gone = cell.slots.filter((slot) => !isJustified(slot, cell, holders.get(slot.taskId) ?? null, now));
  const left = gone.length === 0 ? cell : await cells.findOneAndUpdate({ _id }, givingBack(gone), { returnDocument: 'after' });
  if (left === null) return 0;
  const called = refusedAt === null ? 0 : await callNext(deps, left);
  if (refusedAt !== null) {
    const mayWait = called > 0 || now.getTime() - refusedAt.getTime() < UNWRITTEN_MS || (await someoneWaits(deps.collections, cell));
    const set = mayWait ? { dueAt: new Date(now.getTime() + AGAIN_MS) } : { refusedAt: null, dueAt: now };
    await cells.updateOne({ _id, refusedAt }, { $set: set });
  } else if (left.slots.length === 0) await cells.deleteOne({ _id, slots: [], refusedAt: null });
  // Somebody who was refused meanwhile has made it due at once, and that stays so.
  else
    await cells.updateOne(
      { _id, refusedAt: null },
      {
        $set: {
          dueAt: lookAt(
            left.slots.map(({ until }) => until),
            now,
          ),
        },
      },
    );
  return gone.length + called;
}

async function holdersOf({ collections: { tasks } }: CellDeps, cells: readonly StoredCell[]): Promise<Map<string, Holder>> {
  const ids = cells.flatMap(({ slots }) => slots.map(({ taskId }) => taskId));
  if (ids.length === 0) return new Map();
  const filter: mongo.Filter<Task> = { _id: { $in: ids } };
  const found = await tasks.find(filter).project<Holder>(HOLDER).toArray();
  return new Map(found.map((task) => [task._id, task]));
}
