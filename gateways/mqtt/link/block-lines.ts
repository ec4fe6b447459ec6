import { setTimeout as pause } from 'node:timers/promises';
import { createGate } from '../../../core/gate';
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
  waiting: Answer[];
  /** Those waiting, and the one being answered, until its answer is given. */
  open: number;
  isServed: boolean;
  untilTurn: () => number;
}

export const REAL_CLOCK: LineClock = { now: () => performance.now(), pause: (ms) => pause(ms, undefined, { ref: false }) };

/**
 * A line for each device: its requests are answered one after the other, in the order they came, each in its turn. What waits is a request and
 * no block, so that a fleet that waits costs little. A line whose device has gone is given up when its next turn comes.
 */
export function createBlockLines(settings: LineSettings, clock: LineClock = REAL_CLOCK) {
  const { perSecond, open: most, openInAll, atOnce } = settings;
  const lines = new WeakMap<Peer, Line>();
  const gate = createGate(atOnce);
  let open = 0;

  function lineOf(peer: Peer): Line {
    let line = lines.get(peer);
    if (line === undefined) {
      line = { waiting: [], open: 0, isServed: false, untilTurn: createBlockPace(perSecond, clock.now) };
      lines.set(peer, line);
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

  async function serve(peer: Peer, line: Line): Promise<void> {
    line.isServed = true;
    for (let answer = line.waiting.shift(); answer !== undefined; answer = line.waiting.shift()) {
      const ms = line.untilTurn();
      if (ms > 0) await clock.pause(ms);
      if (peer.closed) close(line, 1 + line.waiting.splice(0).length);
      else await answerOnce(line, answer);
    }
    line.isServed = false;
  }

  /** `answer` must not reject. */
  return (peer: Peer, answer: Answer): Enqueued => {
    const line = lineOf(peer);
    if (line.open >= most) return 'device_full';
    if (open >= openInAll) return 'full';
    line.open += 1;
    open += 1;
    line.waiting.push(answer);
    if (!line.isServed) void serve(peer, line);
    return 'taken';
  };
}
