import type { TaskId } from '../../schema/model/ids';
import { isActive, type Task } from '../../schema/model/task/task';
import { REJECTED_TEXT } from '../../schema/model/task/task-state';
import type { Viewer } from '../access/viewer';
import { decide, tasksToDecide } from './decide';
import type { TaskDeps } from './deps';

/** R-TASK-8: from now on the tasks are pushed, or handed out when their devices ask. */
export const confirmTasks = (deps: TaskDeps, viewer: Viewer, taskIds: readonly TaskId[]): Promise<Task[]> =>
  settle(deps, viewer, taskIds, { kind: 'confirmed', isDone: wasConfirmed });

/** R-TASK-8: the tasks end here, and their record says who ended them. */
export const rejectTasks = (deps: TaskDeps, viewer: Viewer, taskIds: readonly TaskId[]): Promise<Task[]> =>
  settle(deps, viewer, taskIds, { kind: 'rejected', isDone: wasRejected });

interface Settlement {
  kind: 'confirmed' | 'rejected';
  isDone: (task: Task) => boolean;
}

const wasConfirmed = ({ status, transitions }: Task): boolean =>
  isActive(status) && transitions.some(({ from, to }) => from === 'UNCONFIRMED' && to === 'QUEUED');
const wasRejected = ({ status, causeText }: Task): boolean => status === 'CANCELED' && causeText === REJECTED_TEXT;

async function settle(deps: TaskDeps, viewer: Viewer, taskIds: readonly TaskId[], { kind, isDone }: Settlement): Promise<Task[]> {
  const tasks = await tasksToDecide(deps, viewer, taskIds, { word: kind, isDone });
  return decide(deps, tasks, taskIds, {
    word: kind,
    event: () => ({ kind }),
    isDone,
    onDecided: ({ batchId }) => deps.engine.wakeBatch(batchId),
  });
}
