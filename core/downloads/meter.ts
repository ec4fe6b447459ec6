import type { TaskId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';

export interface DownloadMeter {
  /** Costs nothing but memory: written later, with those of other tasks. */
  add(taskId: TaskId, bytes: number, requests: number): void;
  /** Writes what is kept now. */
  flush(): Promise<void>;
  /** Writes the rest; for the end of the process. */
  close(): Promise<void>;
}

interface Kept {
  bytes: number;
  requests: number;
  lastAt: Date;
}

const WRITE_EVERY_MS = 2_000;
/** Tasks kept for one write; with more, it happens at once. */
const MOST = 5_000;

/**
 * Counts what tasks' devices are sent. One write every few seconds for all of them, so that a fleet of small downloads costs few and
 * a long one is seen while it runs. What a failed write carried goes with the next.
 */
export function createDownloadMeter(deps: { tasks: Collections['tasks']; clock: Clock; everyMs?: number }): DownloadMeter {
  const { tasks, clock, everyMs = WRITE_EVERY_MS } = deps;
  let kept = new Map<TaskId, Kept>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  function add(taskId: TaskId, bytes: number, requests: number, lastAt = clock()): void {
    const entry = kept.get(taskId);
    if (entry) {
      entry.bytes += bytes;
      entry.requests += requests;
      entry.lastAt = lastAt;
    } else kept.set(taskId, { bytes, requests, lastAt });
    if (kept.size >= MOST) void flush();
    else timer ??= setTimeout(() => void flush(), everyMs).unref();
  }

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    const taken = kept;
    kept = new Map();
    if (taken.size > 0) writing = writing.then(() => write(taken));
    return writing;
  }

  /** Beside the task's revision: nobody decides by these numbers. */
  async function write(taken: ReadonlyMap<TaskId, Kept>): Promise<void> {
    const operations = [...taken].map(([_id, { bytes, requests, lastAt }]) => ({
      updateOne: {
        filter: { _id },
        update: { $inc: { 'download.bytesServed': bytes, 'download.requests': requests }, $max: { 'download.lastAt': lastAt } },
      },
    }));
    try {
      await tasks.bulkWrite(operations, { ordered: false });
    } catch {
      // Counted twice rather than lost, should part of it have been written; while the store is away, no more than fits is kept.
      if (kept.size < MOST) for (const [taskId, { bytes, requests, lastAt }] of taken) add(taskId, bytes, requests, lastAt);
    }
  }

  return { add: (taskId, bytes, requests) => add(taskId, bytes, requests), flush, close: flush };
}
