import { withTimeout } from '../core/with-timeout';
import type { DeviceId } from '../schema/model/ids';
import type { GatewayMetrics, LostKind } from './metrics';

/** One piece of work for core about one device. */
export interface QueueJob {
  kind: LostKind;
  /** Goes first when the queue is full: a later one says more. */
  expendable: boolean;
  /** Takes the place of the one before it, while that one waits, is expendable and the same key here: the latest says it all. */
  supersedes?: string;
  /** A single try that answers later than this has failed; that of the queues when not given. */
  tryForMs?: number;
  run(): Promise<void>;
  /** Given up: `error` is the last refusal. Must not throw. */
  lost(error: unknown): void;
  /** Had to make room for a later one, before it began. Must not throw. */
  crowdedOut?(): void;
}

export interface QueueSettings {
  /** Jobs a device may have waiting, the running one included. */
  capacity: number;
  /** How long a job is tried again, and the bounds of the pauses between, in milliseconds. */
  retryForMs: number;
  retryMinMs: number;
  retryMaxMs: number;
  /** For jobs that don't say how long a single try may take. */
  tryForMs: number;
}

export const QUEUE_SETTINGS: QueueSettings = { capacity: 64, retryForMs: 120_000, retryMinMs: 250, retryMaxMs: 10_000, tryForMs: 30_000 };

/** Hands work to core in the order it came, device by device; devices don't wait for each other. */
export interface DeviceQueues {
  push(deviceId: DeviceId, job: QueueJob): void;
  /** The job that one more would come behind. */
  last(deviceId: DeviceId): QueueJob | undefined;
  /** Takes back a job that has not begun. */
  withdraw(deviceId: DeviceId, job: QueueJob): boolean;
  /** Settles when fewer than so many devices have work; null: they have not more now. */
  room(devices: number): Promise<void> | null;
  /** Takes no more work, lets what is there end, and after `withinMs` gives the rest up. */
  stop(withinMs: number): Promise<void>;
}

/** The head of a queue is running: it is never taken back. */
function supersedesLast(queue: readonly QueueJob[], { supersedes }: QueueJob): boolean {
  const last = queue.at(-1);
  return queue.length > 1 && supersedes !== undefined && last?.expendable === true && last.supersedes === supersedes;
}

export async function createDeviceQueues({
  metrics,
  settings,
}: {
  metrics: GatewayMetrics;
  settings: QueueSettings;
}): Promise<DeviceQueues> {
  const { default: retry } = await import('p-retry');
  /** The head of a queue is running. A queue is there only while it has work. */
  const queues = new Map<DeviceId, QueueJob[]>();
  const giveUp = new AbortController();
  let whenEmpty: (() => void) | null = null;
  let whenRoom: { devices: number; told: Promise<void>; tell(): void } | null = null;
  let stopped = false;

  async function attempt(job: QueueJob): Promise<void> {
    const { tryForMs = settings.tryForMs } = job;
    await withTimeout(job.run(), tryForMs, `No answer within ${tryForMs} ms`);
  }

  async function attemptAgain(job: QueueJob, failure: unknown): Promise<void> {
    let known = true;
    await retry(
      async () => {
        if (known) {
          known = false;
          throw failure;
        }
        metrics.retried.inc();
        await attempt(job);
      },
      {
        retries: Number.POSITIVE_INFINITY,
        maxRetryTime: settings.retryForMs,
        minTimeout: settings.retryMinMs,
        maxTimeout: settings.retryMaxMs,
        randomize: true,
        signal: giveUp.signal,
      },
    );
  }

  async function perform(job: QueueJob): Promise<void> {
    try {
      await attempt(job).catch((failure: unknown) => attemptAgain(job, failure));
    } catch (error) {
      metrics.lost[job.kind].inc();
      job.lost(error);
    }
  }

  async function drain(deviceId: DeviceId, queue: QueueJob[]): Promise<void> {
    for (let job = queue[0]; job !== undefined; job = queue[0]) {
      await perform(job);
      queue.shift();
    }
    queues.delete(deviceId);
    if (whenRoom !== null && queues.size < whenRoom.devices) {
      whenRoom.tell();
      whenRoom = null;
    }
    if (queues.size === 0) whenEmpty?.();
  }

  function makeRoom(queue: QueueJob[]): void {
    const expendable = queue.findIndex((job, index) => index > 0 && job.expendable);
    const victim = expendable > 0 ? expendable : queue.findIndex((job, index) => index > 0 && job.kind !== 'presence');
    if (victim > 0) for (const job of queue.splice(victim, 1)) job.crowdedOut?.();
    metrics.dropped.queue_full.inc();
  }

  function abandon(): void {
    const reason = new Error('The gateway stops');
    for (const queue of queues.values()) {
      for (const job of queue.splice(1)) {
        metrics.lost[job.kind].inc();
        job.lost(reason);
      }
    }
    giveUp.abort(reason);
  }

  return {
    push(deviceId, job) {
      if (stopped) {
        metrics.dropped.stopping.inc();
        return;
      }
      const queue = queues.get(deviceId);
      if (queue === undefined) {
        const fresh = [job];
        queues.set(deviceId, fresh);
        void drain(deviceId, fresh);
        return;
      }
      if (supersedesLast(queue, job)) queue.pop();
      else if (queue.length >= settings.capacity) makeRoom(queue);
      queue.push(job);
    },

    last: (deviceId) => queues.get(deviceId)?.at(-1),

    room(devices) {
      if (queues.size < devices) return null;
      if (whenRoom === null) {
        let tell = () => {};
        const told = new Promise<void>((resolve) => {
          tell = resolve;
        });
        whenRoom = { devices, told, tell };
      }
      return whenRoom.told;
    },

    withdraw(deviceId, job) {
      const queue = queues.get(deviceId);
      const index = queue?.indexOf(job) ?? -1;
      if (queue === undefined || index < 1) return false;
      queue.splice(index, 1);
      return true;
    },

    async stop(withinMs) {
      stopped = true;
      if (queues.size === 0) return;
      const empty = new Promise<void>((resolve) => {
        whenEmpty = resolve;
      });
      const timer = setTimeout(abandon, withinMs);
      /** A try that hangs outlives the abort: its own limit would end it, but nobody waits for that. */
      const last = setTimeout(() => whenEmpty?.(), withinMs + 1_000);
      await empty;
      clearTimeout(timer);
      clearTimeout(last);
    },
  };
}
