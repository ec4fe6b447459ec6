import type { TaskId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import type { TaskEvent } from '../../schema/model/task/task-event';
import { nextState } from '../../schema/model/task/task-state';
import { applied, type TaskStore } from './store';

/** Contention is between a device's reports and the batch: a few tries are plenty, and an end is certain. */
const TRIES = 8;

/**
 * Moves a task along `schema/model/task/task-state.ts`: the only writer of a status, with `transitionMany`.
 * Returns the task as it now is, or null when the event changes nothing: callers treat that as done.
 */
export async function transition(tasks: TaskStore, from: Task | TaskId, event: TaskEvent, now: Date): Promise<Task | null> {
  let task = typeof from === 'string' ? await tasks.get(from) : from;
  for (let attempt = 0; task !== null && attempt < TRIES; attempt++) {
    const change = nextState(task, event, now);
    if (change === null) return null;
    const written = await tasks.write([{ task, change }]);
    if (written.has(task._id)) return applied({ task, change });
    task = await tasks.get(task._id);
  }
  if (task !== null) throw new Error(`task ${task._id} kept changing while "${event.kind}" was written`);
  return null;
}

/** Moves each task that is still as it was read; returns those moved, as they now are. The others are left for their next turn. */
export async function transitionMany(
  tasks: TaskStore,
  from: readonly Task[],
  event: TaskEvent | ((task: Task) => TaskEvent | null),
  now: Date,
): Promise<Task[]> {
  const writes = from.flatMap((task) => {
    const own = typeof event === 'function' ? event(task) : event;
    const change = own && nextState(task, own, now);
    return change === null ? [] : [{ task, change }];
  });
  const written = await tasks.write(writes);
  return writes.filter(({ task }) => written.has(task._id)).map(applied);
}
