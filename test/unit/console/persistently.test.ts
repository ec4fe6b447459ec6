import { mayPass, persistently, untilItSucceeds, worthATry } from '../../../console/src/live/persistently';

type Status = 'idle' | 'reconnecting' | 'live';

/** The state of a connection, moved by hand. */
function connection(first: Status) {
  const listeners = new Set<() => void>();
  let status = first;
  const state = {
    get: () => ({ status, since: new Date(0) }),
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return {
    state,
    listeners,
    becomes(next: Status) {
      status = next;
      for (const listener of [...listeners]) listener();
    },
  };
}

const away = { ok: false, reason: 'unreachable', problems: [], data: null, status: null, retryAfterMs: null } as const;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** How long, in milliseconds of the clock, until it settles. */
async function waitedBy(waiting: Promise<void>): Promise<number> {
  const from = Date.now();
  let settled = false;
  void waiting.then(() => {
    settled = true;
  });
  while (!settled) await jest.advanceTimersToNextTimerAsync();
  return Date.now() - from;
}

test('R-UI-3: what could not be read is tried again ever more rarely, never together, and never more rarely than every 45 seconds', async () => {
  const { state, listeners } = connection('idle');
  const random = jest.spyOn(Math, 'random');
  const waits: number[] = [];
  for (const [tries, chance] of [
    [0, 0],
    [0, 0.5],
    [1, 0.5],
    [3, 0.5],
    [50, 1],
  ] as const) {
    random.mockReturnValue(chance);
    waits.push(await waitedBy(worthATry(tries, state, new AbortController().signal)));
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 16_000, 45_000]);
  random.mockReturnValue(0.5);
  expect(await waitedBy(worthATry(0, state, new AbortController().signal, 60_000))).toBe(60_000);
  expect(listeners.size).toBe(0);
  random.mockRestore();
});

test('R-UI-3: it is tried soon after the live connection has come back, not because it is there', async () => {
  const { state, becomes } = connection('live');
  let settled = false;
  void worthATry(10, state, new AbortController().signal).then(() => {
    settled = true;
  });
  becomes('live');
  await jest.advanceTimersByTimeAsync(2_000);
  expect(settled).toBe(false);
  becomes('reconnecting');
  becomes('live');
  await jest.advanceTimersByTimeAsync(1_000);
  expect(settled).toBe(true);
});

test('R-UI-3: it is asked until there is an answer; a refusal and a page that was left end it', async () => {
  const { state } = connection('idle');
  const asked = async (answers: readonly unknown[], signal = new AbortController().signal) => {
    const left = [...answers];
    const failures: string[] = [];
    const answer = persistently(async () => left.shift() as never, { state, signal, failed: ({ reason }) => void failures.push(reason) });
    await jest.runAllTimersAsync();
    return [await answer, failures, left.length];
  };
  const there = { ok: true, data: null };
  const refused = { ...away, reason: 'refused' };
  expect(await asked([away, { ...away, reason: 'busy' }, there, away])).toEqual([null, ['unreachable', 'busy'], 1]);
  expect(await asked([away, refused, there])).toEqual([undefined, ['unreachable', 'refused'], 1]);
  expect(await asked([away, there], AbortSignal.abort())).toEqual([undefined, [], 1]);
  expect([mayPass(away), mayPass({ ...away, reason: 'errors' })]).toEqual([true, false]);
});

test('R-UI-3: what fails again is tried until it succeeds, and no longer than somebody waits', async () => {
  const { state, listeners } = connection('idle');
  const attempt = jest
    .fn(async () => false)
    .mockResolvedValueOnce(false)
    .mockResolvedValueOnce(false)
    .mockResolvedValueOnce(true);
  await waitedBy(untilItSucceeds(attempt, state, new AbortController().signal));
  expect(attempt).toHaveBeenCalledTimes(3);
  const left = new AbortController();
  const waiting = untilItSucceeds(attempt, state, left.signal);
  left.abort();
  await waiting;
  expect([attempt.mock.calls.length, listeners.size]).toEqual([3, 0]);
});
