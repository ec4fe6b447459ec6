import type { DeviceId } from '../../../../schema/model/ids';
import { type Clock, systemClock } from '../../front/clock';
import type { Outcome, RequestFailure } from './outcome';

/** What one try of a job comes to: an outcome, or that it has to wait for the device to be heard. */
export type Try<T> = { outcome: Outcome<T> } | { again: 'asleep' | 'unanswered' };

export interface Job<T> {
  /** Gives up at once when the signal aborts, and calls `sending` when the device may get something of it. */
  attempt(signal: AbortSignal, sending: () => void): Promise<Try<T>>;
  /** How long the job may take in all, waiting for the device to wake included. */
  waitMs: number;
  signal?: AbortSignal;
}

export interface QueueLimits {
  /** Jobs of one device, the one under way included. */
  perDevice: number;
  /** Jobs of all devices. */
  inAll: number;
}

export const QUEUE_LIMITS: QueueLimits = { perDevice: 32, inAll: 50_000 };

/** One job after the other for each device, in the order they came; devices don't wait for each other. */
export interface RequestQueues {
  run<T>(deviceId: DeviceId, job: Job<T>): Promise<Outcome<T>>;
  /** The device was heard: what waits for that goes on. */
  heard(deviceId: DeviceId): void;
  /** The device is at another address: what was sent to the one before is sent again. */
  moved(deviceId: DeviceId): void;
  /** Jobs of all devices. */
  readonly size: number;
  stop(): void;
}

interface Entry {
  attempt(signal: AbortSignal, sending: () => void): Promise<Try<unknown>>;
  /** Outcomes after the first one are dropped. */
  settle(outcome: Outcome<unknown>): void;
  fail(error: unknown): void;
  settled: boolean;
  /** The device may have got something of it. */
  sent: boolean;
  trying: AbortController | null;
}

interface Queue {
  /** The head is under way, or waits for the device. */
  jobs: Entry[];
  /** Waits for the device to be heard. */
  waiting: boolean;
  /** How often the device was heard or has moved. */
  heard: number;
}

export function createRequestQueues(limits: QueueLimits = QUEUE_LIMITS, clock: Clock = systemClock): RequestQueues {
  const queues = new Map<DeviceId, Queue>();
  let size = 0;
  let stopped = false;

  async function drain(deviceId: DeviceId, queue: Queue): Promise<void> {
    queue.waiting = false;
    for (let job = queue.jobs[0]; job !== undefined && !stopped; job = queue.jobs[0]) {
      const before = queue.heard;
      const again = await attempt(job);
      if (again && queue.heard === before) {
        queue.waiting = true;
        return;
      }
    }
    queues.delete(deviceId);
  }

  /** Whether the job has to be tried again. */
  async function attempt(job: Entry): Promise<boolean> {
    const trying = new AbortController();
    job.trying = trying;
    try {
      const tried = await job.attempt(trying.signal, () => {
        job.sent = true;
      });
      if ('outcome' in tried) job.settle(tried.outcome);
    } catch (error) {
      job.fail(error);
    }
    job.trying = null;
    return !job.settled;
  }

  function enter<T>(deviceId: DeviceId, queue: Queue, { attempt: run, waitMs, signal }: Job<T>): Promise<Outcome<T>> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        job.settled = true;
        size -= 1;
        clock.clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        // What is under way ends by its signal, and the queue goes on behind it.
        const index = queue.jobs.indexOf(job);
        queue.jobs.splice(index, 1);
        job.trying?.abort();
        if (queue.waiting && index === 0) void drain(deviceId, queue);
      };
      const job: Entry = {
        attempt: run,
        settle(outcome) {
          if (job.settled) return;
          end();
          resolve(outcome as Outcome<T>);
        },
        fail(error) {
          if (job.settled) return;
          end();
          reject(error);
        },
        settled: false,
        sent: false,
        trying: null,
      };
      const late = (): RequestFailure => (queue.waiting && !job.sent ? { failed: 'asleep' } : { failed: 'timeout', sent: job.sent });
      const timer = clock.setTimeout(() => job.settle(late()), waitMs);
      const aborted = (): void => job.settle({ failed: 'aborted' });
      signal?.addEventListener('abort', aborted, { once: true });
      size += 1;
      queue.jobs.push(job);
    });
  }

  function heard(deviceId: DeviceId): void {
    const queue = queues.get(deviceId);
    if (queue === undefined) return;
    queue.heard += 1;
    if (queue.waiting) void drain(deviceId, queue);
  }

  return {
    run(deviceId, job) {
      if (stopped || job.signal?.aborted) return Promise.resolve({ failed: 'aborted' });
      const known = queues.get(deviceId);
      if ((known?.jobs.length ?? 0) >= limits.perDevice) return Promise.resolve({ failed: 'queue_full' });
      if (size >= limits.inAll) return Promise.resolve({ failed: 'busy' });
      const queue = known ?? { jobs: [], waiting: false, heard: 0 };
      const outcome = enter(deviceId, queue, job);
      if (known === undefined) {
        queues.set(deviceId, queue);
        void drain(deviceId, queue);
      }
      return outcome;
    },

    heard,

    moved(deviceId) {
      queues.get(deviceId)?.jobs[0]?.trying?.abort();
      heard(deviceId);
    },

    get size() {
      return size;
    },

    stop() {
      stopped = true;
      for (const { jobs } of [...queues.values()]) for (const job of [...jobs]) job.settle({ failed: 'aborted' });
    },
  };
}
