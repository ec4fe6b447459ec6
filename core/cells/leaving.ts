import { isAtWork } from '../../schema/model/cell/holding';
import { applied, type TaskWrite } from '../tasks/store';
import type { CellSlots, Leaving } from './contract';

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

/** Gives back the slots of tasks that leave their cell, whoever has written so. What comes while some are given back goes together. */
export function createCellLeavings(slots: Pick<CellSlots, 'releaseAll'>): CellLeavings {
  let waiting: Leaving[] = [];
  let running: Promise<void> | null = null;

  async function giveBack(): Promise<void> {
    while (waiting.length > 0) {
      const leaving = waiting;
      waiting = [];
      await slots.releaseAll(leaving).catch(() => undefined);
    }
    running = null;
  }

  return {
    left(leaving) {
      waiting.push(...leaving);
      if (waiting.length > 0) running ??= giveBack();
    },
    async close() {
      await running;
    },
  };
}
