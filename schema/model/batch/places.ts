import type { Task } from '../task/task';

/** What decides whether a device has room for one more task. */
export type Occupant = Pick<Task, 'module' | 'places'>;

export const allPlaces = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** From where a module looks for a free place: batches for different modules that select at once seldom want the same one. */
export function placesInOrder(module: string, count: number): number[] {
  const first = [...module].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % count;
  return [...allPlaces(count).slice(first), ...allPlaces(count).slice(0, first)];
}

/** One that leaves no room for others: without multi-module, or of a version that knew no places. */
const standsAlone = ({ places }: Occupant): boolean => places === undefined || places.length !== 1;

/**
 * R-BAT-8, R-BAT-13: a device has a few places for tasks that have not ended. A task that may run beside others takes one of them, any
 * other all; an index in the store sees to it that no place is taken twice. Gives the places a new task takes, or null where there is no
 * room: a task for the same module, one that stands alone, or no place left.
 */
export function placesFor(task: { module: string; multiModule: boolean }, others: readonly Occupant[], count: number): number[] | null {
  if (!task.multiModule) return others.length === 0 ? allPlaces(count) : null;
  if (others.some((other) => standsAlone(other) || other.module === task.module)) return null;
  const taken = new Set(others.flatMap(({ places }) => places ?? []));
  const free = placesInOrder(task.module, count).find((place) => !taken.has(place));
  return free === undefined ? null : [free];
}
