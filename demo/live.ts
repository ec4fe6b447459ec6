import { BatchProgressDocument, TaskChangesDocument, TasksDocument, type UpdraftClient } from '@updraft/client';
import type { ProgressView, TaskView } from './views';

export interface LiveHandlers {
  onProgress(progress: ProgressView): void;
  onTask(task: TaskView): void;
  /** A subscription ended, and could not be had again. */
  onLost(error: Error): void;
}

export interface Live {
  /** Asks for every task once. */
  readTasks(): Promise<void>;
  close(): Promise<void>;
}

const PAGE = 100;

/** Follows a batch until it is closed, over any cut. */
export function followBatch(api: UpdraftClient, batchId: string, handlers: LiveHandlers): Live {
  const ended = new AbortController();
  const { signal } = ended;
  const filter = { batchId };
  const allTasks = () => api.list(TasksDocument, { filter, first: PAGE }, ({ tasks }) => tasks);

  const progress = async (): Promise<void> => {
    for await (const { batchProgress } of api.subscribe(BatchProgressDocument, { batchId }, { signal })) {
      if (batchProgress.__typename === 'BatchProgress') handlers.onProgress(batchProgress);
    }
  };
  const tasks = async (): Promise<void> => {
    const what = { load: allTasks, subscription: TaskChangesDocument, variables: { filter } };
    for await (const step of api.follow(what, { signal })) {
      if (step.kind === 'all') for (const task of step.all) handlers.onTask(task);
      else if (step.event.taskChanges.__typename === 'TaskChange') handlers.onTask(step.event.taskChanges.task);
    }
  };
  const both = Promise.all([progress(), tasks()]).catch((error: Error) => handlers.onLost(error));
  return {
    async readTasks() {
      for await (const task of api.items(TasksDocument, { filter, first: PAGE }, ({ tasks }) => tasks)) handlers.onTask(task);
    },
    async close() {
      ended.abort();
      await both;
    },
  };
}
