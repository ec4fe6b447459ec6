import type { EndedTask } from '../core/ports';

/** What did not get through is sent again after so long each time; then the upgrade's own look into the store has to do. */
const PAUSES_MS: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000];
/** Of those that wait to be sent again, the oldest gives way. */
const WAITING = 10_000;

export interface EndedSignals {
  /** Settles after the first try, whatever came of it. */
  send(task: EndedTask, mayStart: boolean): Promise<void>;
  /** Those that wait are dropped; what is under way is waited for. */
  close(): Promise<void>;
}

/**
 * Tells upgrades that their tasks have ended, also one that starts just now and one that could not be reached for a while: the store knows
 * already, and nobody else would tell. `signal` says whether there was such a workflow.
 */
export function createEndedSignals(signal: (task: EndedTask) => Promise<boolean>, pausesMs = PAUSES_MS): EndedSignals {
  // No cache: what gives way has a timer to clear, and the order is that of the pauses.
  const waiting = new Map<EndedTask['_id'], NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  let closed = false;

  async function tryOnce(task: EndedTask, mayStart: boolean, attempt: number): Promise<void> {
    const isDone = await signal(task).then(
      (found) => found || !mayStart,
      () => false,
    );
    const pause = pausesMs[attempt];
    if (isDone || closed || pause === undefined) return;
    forget(task._id);
    const timer = setTimeout(() => {
      waiting.delete(task._id);
      run(task, mayStart, attempt + 1);
    }, pause);
    timer.unref();
    waiting.set(task._id, timer);
    const [oldest] = waiting.keys();
    if (waiting.size > WAITING && oldest !== undefined) forget(oldest);
  }

  function forget(id: EndedTask['_id']): void {
    clearTimeout(waiting.get(id));
    waiting.delete(id);
  }

  function run(task: EndedTask, mayStart: boolean, attempt: number): Promise<void> {
    const done = tryOnce(task, mayStart, attempt).finally(() => underWay.delete(done));
    underWay.add(done);
    return done;
  }

  return {
    send: (task, mayStart) => run(task, mayStart, 0),
    async close() {
      closed = true;
      for (const id of [...waiting.keys()]) forget(id);
      await Promise.all(underWay);
    },
  };
}
