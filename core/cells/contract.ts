import type { CellLevel } from '../../schema/model/cell/level';
import type { TaskId } from '../../schema/model/ids';

export interface CellSlotRequest {
  cell: string;
  level: CellLevel;
  taskId: TaskId;
  attempt: number;
  /** When the slot is free again if nobody says so before; later than all waits of the steps that hold it. */
  until: Date;
  /** Since when the task waits; now, when it has just come. */
  waitingSince: Date;
}

/**
 * R-FLOW-4: at most so many devices of a cell and level download at once, over all batches and processes. Whoever is refused writes the
 * step CELL_SLOT, cell, level and `waitingSince` into its task, and is called by `look` when its turn has come.
 */
export interface CellSlots {
  /**
   * Takes a slot for the task's attempt; false: it has to wait. Who holds one already has it, until the later time. One conditional write
   * decides. Somebody who waits longer, and can be reached, comes first.
   */
  take(of: CellSlotRequest): Promise<boolean>;
  /**
   * Gives back what the task holds, or is kept for it, and calls those who wait longest. Idempotent. With `attempt` not what a later
   * attempt holds. The end of a task or attempt and the step after RESULT do so by themselves.
   */
  release(taskId: TaskId, attempt?: number): Promise<void>;
  /**
   * Takes back the slots of tasks that are over or past the steps that hold one, and expired ones, and calls who waits. Several processes
   * may do so at once. Returns how many slots were taken back and tasks called.
   */
  sweep(signal?: AbortSignal): Promise<number>;
}
