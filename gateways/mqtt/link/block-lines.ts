import { setTimeout as pause } from 'node:timers/promises';
import { createGate } from '../../../core/gate';
import type { Account, AccountOf } from '../../accounts';
import type { Peer } from '../dialect';
import { createBlockPace } from './block-pace';

export interface LineSettings {
  /** Answers of one device in any second. */
  perSecond: number;
  /** Requests of one device that are not answered yet, and of all. */
  open: number;
  openInAll: number;
  /** Answered at once, of all devices: each holds a block of up to 64 KiB. */
  atOnce: number;
}

export interface LineClock {
  now(): number;
  pause(ms: number): Promise<unknown>;
}

/** `device_full` and `full`: what is open of this device, or of all, is as much as may be; the request is not taken. */
export type Enqueued = 'taken' | 'device_full' | 'full';

/** Calls `given` when the answer is about to leave: a device that has it asks for the next block, maybe before it is known to have left. */
type Answer = (given: () => void) => Promise<void>;

interface Line {
  waiting: { peer: Peer; answer: Answer }[];
  /** Those waiting, and the one being answered, until its answer is given. */
  open: number;
  isServed: boolean;
  untilTurn: () => number;
}

const REAL_CLOCK: LineClock = { now: () => performance.now(), pause: (ms) => pause(ms, undefined, { ref: false }) };

/**
 * A line for each device, whatever connection it asks by: its requests are answered one after the other, in the order they came, each in its
 * turn. What waits is a request and no block, so that a fleet that waits costs little. What a connection that has gone has asked is given up
 * when its turn comes, or another request wants its place.
 */
export function createBlockLines(settings: LineSettings, accountOf: AccountOf, clock: LineClock = REAL_CLOCK) {
  const { perSecond, open: most, openInAll, atOnce } = settings;
  const lines = new WeakMap<Account, Line>();
  const gate = createGate(atOnce);
  let open = 0;

  function lineOf({ deviceId }: Peer): Line {
    const account = accountOf(deviceId);
    let line = lines.get(account);
    if (line === undefined) {
      line = { waiting: [], open: 0, isServed: false, untilTurn: createBlockPace(perSecond, clock.now) };
      lines.set(account, line);
    }
    return line;
  }

  function close(line: Line, count = 1): void {
    line.open -= count;
    open -= count;
  }

  async function answerOnce(line: Line, answer: Answer): Promise<void> {
    let isOpen = true;
    const given = (): void => {
      if (isOpen) close(line);
      isOpen = false;
    };
    await gate(() => answer(given)).finally(given);
  }

  function giveUpGone(line: Line): void {
    const left = line.waiting.filter(({ peer }) => !peer.closed);
    close(line, line.waiting.length - left.length);
    line.waiting = left;
  }

  async function serve(line: Line): Promise<void> {
    line.isServed = true;
    for (let next = line.waiting.shift(); next !== undefined; next = line.waiting.shift()) {
      const ms = line.untilTurn();
      if (ms > 0) await clock.pause(ms);
      if (next.peer.closed) {
        close(line);
        giveUpGone(line);
      } else await answerOnce(line, next.answer);
    }
    line.isServed = false;
  }

  /** `answer` must not reject. */
  return (peer: Peer, answer: Answer): Enqueued => {
    const line = lineOf(peer);
    if (line.open >= most) giveUpGone(line);
    if (line.open >= most) return 'device_full';
    if (open >= openInAll) return 'full';
    line.open += 1;
    open += 1;
    line.waiting.push({ peer, answer });
    if (!line.isServed) void serve(line);
    return 'taken';
  };
}
