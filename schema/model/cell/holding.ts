import type { Lwm2mStep } from '../lwm2m/upgrade';
import type { Task } from '../task/task';

/** From the address of the package, or its first pushed block, to the result: what follows a result is no load for a cell. */
const HOLDING: ReadonlySet<Lwm2mStep> = new Set(['START', 'DOWNLOAD', 'EXECUTE', 'UPDATE', 'RESULT']);

type InCell = Pick<Task, 'active' | 'attempt' | 'reachable' | 'lwm2m'>;

/** R-FLOW-4: at work in its cell. Where it needed no cell slot it holds none, and this says nothing. */
export const isAtWork = ({ active, lwm2m }: Pick<InCell, 'active' | 'lwm2m'>): boolean =>
  active && lwm2m != null && HOLDING.has(lwm2m.step);

/** What a cell has noted of a task. */
export interface CellSlot {
  taskId: string;
  attempt: number;
  /** False: the slot is kept for the task, which was called and has not come for it yet. */
  held: boolean;
  /** When it was last taken, or the task called. */
  at: Date;
  /** When it is free again, whatever became of the task. */
  until: Date;
}

/** From a slot that was taken to the store's word of what follows: a send time of the batch's rate is waited for in between. */
const UNWRITTEN_MS = 2 * 60_000;

/** Whether a slot of a cell is still its task's; null: there is no such task any more. */
export function isJustified(slot: CellSlot, of: { cell: string; level: string }, task: InCell | null, now: Date): boolean {
  if (slot.until <= now || task === null || !task.active || task.attempt !== slot.attempt) return false;
  const { lwm2m } = task;
  if (!slot.held) return task.reachable && lwm2m?.step === 'CELL_SLOT' && lwm2m.cell === of.cell && lwm2m.level === of.level;
  if (now.getTime() - slot.at.getTime() < UNWRITTEN_MS) return true;
  // A device may have been asked anew, in another cell, before anything was delivered to it.
  const isHere = lwm2m?.cell == null || (lwm2m.cell === of.cell && lwm2m.level === of.level);
  return isAtWork(task) && isHere;
}
