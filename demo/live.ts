import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { ApiClient } from './api-client';
import { DemoError } from './demo-error';
import { BATCH_PROGRESS, type ProgressView, TASK_CHANGES, TASKS, type TaskView } from './live-documents';

export interface LiveHandlers {
  onProgress(progress: ProgressView): void;
  onTask(task: TaskView): void;
  /** A subscription could not be had again. */
  onLost(error: Error): void;
}

export interface Live {
  /** Asks for every task once: what was told before the subscription began, or was too much for it. */
  readTasks(): Promise<void>;
  close(): Promise<void>;
}

type ProgressEvent = ({ __typename: 'BatchProgress' } & ProgressView & { cursor: string }) | { __typename: 'Resync'; cursor: string };
type TaskEvent = { __typename: 'TaskChange'; task: TaskView; dropped: number; cursor: string } | { __typename: 'Resync'; cursor: string };

const TRIES = 10;
const PAUSE_MS = 500;

/** Follows a batch over graphql-ws; a subscription that breaks goes on behind its last event. */
export function followBatch(api: ApiClient, batchId: string, handlers: LiveHandlers): Live {
  const client = createClient({
    url: `${api.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${api.key}` },
    // Trying again is ours: graphql-ws would begin anew, without the cursor.
    retryAttempts: 0,
  });
  const readTasks = async (): Promise<void> => {
    for (let after: string | null = null; ; ) {
      const page: TaskPage = await api.call<TaskPage>(TASKS, { batchId, after });
      for (const { node } of page.edges) handlers.onTask(node);
      if (!page.pageInfo.hasNextPage) return;
      after = page.pageInfo.endCursor;
    }
  };
  const follow = keepSubscribed(client, batchId, handlers.onLost);
  follow.subscribe<ProgressEvent>(BATCH_PROGRESS, (event) => {
    if (event.__typename === 'BatchProgress') handlers.onProgress(event);
  });
  follow.subscribe<TaskEvent>(TASK_CHANGES, (event) => {
    if (event.__typename === 'TaskChange') handlers.onTask(event.task);
    if (event.__typename === 'Resync' || event.dropped > 0) readTasks().catch(handlers.onLost);
  });
  return {
    readTasks,
    async close() {
      follow.end();
      await client.dispose();
    },
  };
}

interface TaskPage {
  edges: { node: TaskView }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

function keepSubscribed(client: Client, batchId: string, onLost: (error: Error) => void) {
  let ended = false;
  const run = async <E extends { cursor: string }>(query: string, onEvent: (event: E) => void): Promise<void> => {
    let after: string | null = null;
    let reason = 'it ended';
    for (let tries = 0; !ended && tries < TRIES; tries += 1) {
      try {
        for await (const result of client.iterate<Record<string, E>>({ query, variables: { batchId, after } })) {
          if (result.errors) throw new Error(messageOf(result.errors));
          for (const event of Object.values(result.data ?? {})) {
            tries = 0;
            after = event.cursor;
            onEvent(event);
          }
        }
      } catch (error) {
        reason = messageOf(error);
      }
      if (!ended) await delay(PAUSE_MS);
    }
    if (!ended) onLost(new DemoError(`The live picture was lost: ${reason}`));
  };
  return {
    subscribe: <E extends { cursor: string }>(query: string, onEvent: (event: E) => void) => void run(query, onEvent),
    end: () => {
      ended = true;
    },
  };
}

/** graphql-ws throws close events and lists of GraphQL errors as well as errors. */
function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  if (Array.isArray(thrown)) return thrown.map((one: { message?: string }) => one.message ?? '').join('; ');
  const { code, reason } = (thrown ?? {}) as { code?: number; reason?: string };
  return `the connection closed (${[code, reason].filter(Boolean).join(' ')})`;
}
