import { GraphQLError } from 'graphql';
import { API_LIMITS } from '../limits';
import { busy } from './weighted-semaphore';

/** How an operation shares the event loop with everything else: so many values, then whatever else has come in. */
export interface Pace {
  /** Before a value that is a leaf. */
  count(): void;
  /** Before an object or a list: what is to be waited for, if anything. Throws or rejects when nobody waits for the answer any more. */
  step(): Promise<void> | undefined;
  /** What a resolver gave: if it is a promise, the work goes on until it has settled. */
  watch<T>(result: T): T;
  /** Nothing more is begun. Resolves when what was begun has ended: an error may end an answer while its other parts are worked at. */
  end(): Promise<void>;
}

export interface PaceOptions {
  /** The client has gone. */
  isGone?: () => boolean;
  valuesPerTurn?: number;
  workMs?: number;
  now?: () => number;
}

/** Microtasks in which an object that may go on has its first values resolved. */
const TICKS = 4;

export function createPace({
  isGone = () => false,
  valuesPerTurn = API_LIMITS.valuesPerTurn,
  workMs = API_LIMITS.workMs,
  now = Date.now,
}: PaceOptions = {}): Pace {
  const until = now() + workMs;
  let waiting: { goOn(): void; end(error: Error): void }[] = [];
  let left = valuesPerTurn;
  let [running, isOver] = [0, false];
  let idle = (): void => undefined;

  const settled = (): void => {
    running -= 1;
    if (running === 0) idle();
  };

  function ended(): Error | null {
    if (isOver || isGone()) return new GraphQLError('The client has gone.', { extensions: { code: 'BUSY' } });
    return now() > until ? busy() : null;
  }

  async function takeTurns(): Promise<void> {
    for (let at = 0; at < waiting.length; ) {
      await new Promise((resolve) => setImmediate(resolve));
      const error = ended();
      left = valuesPerTurn;
      for (; left > 0 && at < waiting.length; left -= 1) {
        const one = waiting[at];
        at += 1;
        if (error) one?.end(error);
        else one?.goOn();
        for (let tick = 0; tick < TICKS; tick += 1) await null;
      }
    }
    waiting = [];
  }

  return {
    watch(result) {
      if (result instanceof Promise) {
        running += 1;
        result.then(settled, settled);
      }
      return result;
    },
    end() {
      isOver = true;
      return running === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            const before = idle;
            idle = () => {
              before();
              resolve();
            };
          });
    },
    count() {
      left -= 1;
    },
    step() {
      const error = ended();
      if (error) throw error;
      left -= 1;
      if (left >= 0 && waiting.length === 0) return undefined;
      return new Promise((goOn, end) => {
        waiting.push({ goOn, end });
        if (waiting.length === 1) void takeTurns();
      });
    },
  };
}
