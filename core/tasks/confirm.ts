import { deviceOfTask, type TaskId } from '../../schema/model/ids';
import { isActive, type Task } from '../../schema/model/task/task';
import { REJECTED_TEXT } from '../../schema/model/task/task-state';
import { requireDevices } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import { UserError } from '../errors';
import type { TaskDeps } from './deps';
import { requireTasks } from './require-tasks';
import { transition } from './transition';

/** R-TASK-8: from now on the tasks are pushed, or handed out when their devices ask. */
export const confirmTasks = (deps: TaskDeps, viewer: Viewer, taskIds: readonly TaskId[]): Promise<Task[]> =>
  decide(deps, viewer, taskIds, { event: { kind: 'confirmed' }, word: 'confirmed', isDone: wasConfirmed });

/** R-TASK-8: the tasks end here, and their record says who ended them. */
export const rejectTasks = (deps: TaskDeps, viewer: Viewer, taskIds: readonly TaskId[]): Promise<Task[]> =>
  decide(deps, viewer, taskIds, { event: { kind: 'rejected' }, word: 'rejected', isDone: wasRejected });

interface Decision {
  event: { kind: 'confirmed' } | { kind: 'rejected' };
  word: string;
  /** The same decision was made before: a repeat is answered like the first. */
  isDone: (task: Task) => boolean;
}

const wasConfirmed = ({ status, transitions }: Task): boolean =>
  isActive(status) && transitions.some(({ from, to }) => from === 'UNCONFIRMED' && to === 'QUEUED');
const wasRejected = ({ status, causeText }: Task): boolean => status === 'CANCELED' && causeText === REJECTED_TEXT;

async function decide(deps: TaskDeps, viewer: Viewer, taskIds: readonly TaskId[], { event, word, isDone }: Decision): Promise<Task[]> {
  requireDevices(viewer, taskIds.map(deviceOfTask), 'OPERATOR');
  const tasks = await requireTasks(deps, taskIds, deps.settings.limits.confirmations, (task) =>
    task.status === 'UNCONFIRMED' || isDone(task) ? null : `it is ${task.status}, and only tasks that wait for confirmation can be ${word}`,
  );
  const decided: Task[] = [];
  for (const task of tasks) {
    const moved = await transition(deps.tasks, task, event, deps.clock());
    const now = moved ?? (await deps.tasks.get(task._id)) ?? task;
    if (moved) deps.engine.wakeBatch(task.batchId);
    else if (!isDone(now)) throw overtaken(now, word);
    decided.push(now);
  }
  return decided;
}

/** Between the check and the write: canceled, or decided the other way. */
const overtaken = ({ _id, status }: Task, word: string): UserError =>
  new UserError('TASK_STATE', {
    field: 'taskIds',
    message: `The task ${_id.slice(0, 120)} became ${status} before it could be ${word}.`,
    hint: 'Query the tasks again, and decide about those that still wait.',
  });
