import type { Gate } from '../../schema/model/cell/gate';
import type { CellLevel } from '../../schema/model/cell/level';
import type { TaskId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import type { Viewer } from '../access/viewer';
import type { Page, PageRequest } from '../paging/page';

/** What a task holds, or is kept for it; with `attempt` not what a later attempt holds. */
export interface Leaving {
  taskId: TaskId;
  attempt?: number;
}

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
  /** The same of many tasks, cell by cell. */
  releaseAll(leaving: readonly Leaving[]): Promise<void>;
  /**
   * Takes back the slots of tasks that are over or past the steps that hold one, and expired ones, and calls who waits. Several processes
   * may do so at once. Returns how many slots were taken back and tasks called.
   */
  sweep(signal?: AbortSignal): Promise<number>;
}

/** Counted when it is asked for. */
export interface CellUse extends Gate {
  _id: string;
  /** Slots that devices have. */
  taken: number;
  /** Free ones that are kept for tasks which were called. */
  kept: number;
  waiting: number;
}

/** R-FLOW-4: what people see of radio cells. */
export interface CellService {
  /** Those of which slots are taken or waited for, in the order of their names and levels; of one cell its levels. Throws INVALID_FORMAT. */
  list(filter: { cell?: string | null }, page: PageRequest): Promise<Page<CellUse>>;
  /** One that nobody is in is empty. Throws INVALID_FORMAT. */
  get(gate: Gate): Promise<CellUse>;
  /** The tasks that its slots are taken by or kept for, by id; of the viewer's products. */
  tasksOf(viewer: Viewer, gate: Gate, page: PageRequest): Promise<Page<Task>>;
  limitOf(level: CellLevel): number;
}
