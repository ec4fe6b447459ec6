import type { Task } from '../task/task';

/** What decides whether a device has room for one more task. */
export type Occupant = Pick<Task, 'module' | 'slots'>;

const allSlots = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Those of a task that stands alone: more than one, by which it is known when the limit has been raised since. */
export const slotsAlone = (count: number): number[] => allSlots(Math.max(count, 2));

/** From where a module looks for a free slot: batches for different modules that select at once seldom want the same one. */
export function slotsInOrder(module: string, count: number): number[] {
  const first = [...module].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % count;
  return [...allSlots(count).slice(first), ...allSlots(count).slice(0, first)];
}

/** One that leaves no room for others: without multi-module, or of a version that knew no slots. */
const standsAlone = ({ slots }: Occupant): boolean => slots === undefined || slots.length !== 1;

/**
 * R-BAT-8, R-BAT-13: a device has a few slots for tasks that have not ended. A task that may run beside others takes one of them, any
 * other all; an index in the store sees to it that no slot is taken twice. Gives the slots a new task takes, or null where there is no
 * room: a task for the same module, one that stands alone, or no slot left.
 */
export function slotsFor(task: { module: string; multiModule: boolean }, others: readonly Occupant[], count: number): number[] | null {
  if (!task.multiModule) return others.length === 0 ? slotsAlone(count) : null;
  if (others.some((other) => standsAlone(other) || other.module === task.module)) return null;
  const taken = new Set(others.flatMap(({ slots }) => slots ?? []));
  const free = slotsInOrder(task.module, count).find((slot) => !taken.has(slot));
  return free === undefined ? null : [free];
}
