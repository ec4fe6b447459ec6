import { isAtWork } from '../../schema/model/cell/holding';
import type { TaskId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/collections';
import { applied, type TaskWrite } from '../tasks/store';
import type { CellSlots } from './contract';

/** A task whose write has made it leave its cell, and with which attempt. */
export interface Leaving {
  taskId: TaskId;
  attempt: number;
}

/** R-FLOW-4: ended, or begun again, or with its result; whatever held no cell slot has none to give back. */
export function leavingOf(writes: readonly TaskWrite[]): Leaving[] {
  return writes.flatMap((write) => {
    const { task } = write;
    if (task.lwm2m?.cell == null) return [];
    const after = applied(write);
    const stays = after.active && after.attempt === task.attempt && (!isAtWork(task) || isAtWork(after));
    return stays ? [] : [{ taskId: task._id, attempt: task.attempt }];
  });
}

export interface CellLeavings {
  /** Returns at once. What gets lost the sweep makes good for. */
  left(leaving: readonly Leaving[]): void;
  /** When all is given back that was told before. */
  close(): Promise<void>;
}

/** Gives back the slots of tasks that leave their cell, whoever has written so. One after the other: a cancelled batch may have many. */
export function createCellLeavings({ cells }: Pick<Collections, 'cells'>, slots: Pick<CellSlots, 'release'>): CellLeavings {
  let last: Promise<void> = Promise.resolve();

  async function giveBack(leaving: readonly Leaving[]): Promise<void> {
    const attempts = new Map(leaving.map(({ taskId, attempt }) => [taskId, attempt]));
    const noted = await cells.find({ 'slots.taskId': { $in: [...attempts.keys()] } }, { projection: { 'slots.taskId': 1 } }).toArray();
    for (const { taskId } of noted.flatMap((cell) => cell.slots)) {
      const attempt = attempts.get(taskId);
      if (attempt !== undefined) await slots.release(taskId, attempt);
    }
  }

  return {
    left(leaving) {
      if (leaving.length === 0) return;
      last = last.then(() => giveBack(leaving)).catch(() => undefined);
    },
    close: () => last,
  };
}
