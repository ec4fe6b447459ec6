import { setTimeout as pause } from 'node:timers/promises';
import type { Account, AccountOf } from '../../../core/accounts';
import { createConcurrencyLimit } from '../../../core/concurrency-limit';
import type { Peer } from '../dialect';
import { createBlockPace } from './block-pace';

export interface QueueLimits {
  /** Answers of one device in any second. */
  perSecond: number;
  /** Requests of one device that are not answered yet, and of all. */
  open: number;
  openInAll: number;
  /** Answered at once, of all devices: each holds a block of up to 64 KiB. */
  atOnce: number;
}

export interface QueueClock {
  now(): number;
  pause(ms: number): Promise<unknown>;
}

/** `device_full` and `full`: what is open of this device, or of all, is as much as may be; the request is not taken. */
export type Enqueued = 'taken' | 'device_full' | 'full';

/** Calls `given` when the answer is about to leave: a device that has it asks for the next block, maybe before it is known to have left. */
type Answer = (given: () => void) => Promise<void>;

interface Queue {
  waiting: { peer: Peer; answer: Answer }[];
  /** Those waiting, and the one being answered, until its answer is given. */
  open: number;
  isServed: boolean;
  untilTurn: () => number;
}

const REAL_CLOCK: QueueClock = { now: () => performance.now(), pause: (ms) => pause(ms, undefined, { ref: false }) };

/**
 * A queue for each device, whatever connection it asks by: its requests are answered one after the other, in the order they came, each in its
 * turn. What waits is a request and no block, so that a fleet that waits costs little. What a connection that has gone has asked is given up
 * when its turn comes, or another request wants its place.
 */
export function createBlockQueues(limits: QueueLimits, accountOf: AccountOf, clock: QueueClock = REAL_CLOCK) {
  const { perSecond, open: most, openInAll, atOnce } = limits;
  const queues = new WeakMap<Account, Queue>();
  const limited = createConcurrencyLimit(atOnce);
  let open = 0;

  function queueOf({ deviceId }: Peer): Queue {
    const account = accountOf(deviceId);
    let queue = queues.get(account);
    if (queue === undefined) {
      queue = { waiting: [], open: 0, isServed: false, untilTurn: createBlockPace(perSecond, clock.now) };
      queues.set(account, queue);
    }
    return queue;
  }

  function close(queue: Queue, count = 1): void {
    queue.open -= count;
    open -= count;
  }

  async function answerOnce(queue: Queue, answer: Answer): Promise<void> {
    let isOpen = true;
    const given = (): void => {
      if (isOpen) close(queue);
      isOpen = false;
    };
    await limited(() => answer(given)).finally(given);
  }

  function giveUpGone(queue: Queue): void {
    const left = queue.waiting.filter(({ peer }) => !peer.closed);
    close(queue, queue.waiting.length - left.length);
    queue.waiting = left;
  }

  async function serve(queue: Queue): Promise<void> {
    queue.isServed = true;
    for (let next = queue.waiting.shift(); next !== undefined; next = queue.waiting.shift()) {
      const ms = queue.untilTurn();
      if (ms > 0) await clock.pause(ms);
      if (next.peer.closed) {
        close(queue);
        giveUpGone(queue);
      } else await answerOnce(queue, next.answer);
    }
    queue.isServed = false;
  }

  /** `answer` must not reject. */
  return (peer: Peer, answer: Answer): Enqueued => {
    const queue = queueOf(peer);
    if (queue.open >= most) giveUpGone(queue);
    if (queue.open >= most) return 'device_full';
    if (open >= openInAll) return 'full';
    queue.open += 1;
    open += 1;
    queue.waiting.push({ peer, answer });
    if (!queue.isServed) void serve(queue);
    return 'taken';
  };
}
