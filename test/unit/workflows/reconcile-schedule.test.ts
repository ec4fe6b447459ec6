import fc from 'fast-check';
import { ReconcileSchedule } from '../../../workflows/batch/reconcile-schedule';

const MINUTE = 60_000;

/** When looks come, in seconds, that take no time and find nothing, while `events` happen; until so many seconds are over. */
function looksAmong(events: readonly { at: number; kind: 'woken' | 'pushed' }[], until: number): { at: number; full: boolean }[] {
  const looks = new ReconcileSchedule(MINUTE, 0);
  const seen: { at: number; full: boolean }[] = [];
  for (let second = 0; second <= until; second += 1) {
    for (const { kind } of events.filter(({ at }) => at === second)) looks[kind]();
    const now = second * 1_000;
    if (looks.dueAt > now) continue;
    seen.push({ at: second, ...looks.begin(now) });
    looks.ended(now, 0);
  }
  return seen;
}

const every = (seconds: number, until: number, kind: 'woken' | 'pushed') =>
  Array.from({ length: Math.floor(until / seconds) }, (_, index) => ({ at: (index + 1) * seconds, kind }));

describe('R-TASK-7 when a batch looks for what events have left behind', () => {
  test('left alone it looks after half a minute, and then twice as late each time, up to ten minutes', () => {
    expect(looksAmong([], 2_500).map(({ at }) => at)).toEqual([30, 90, 210, 450, 930, 1_530, 2_130]);
  });

  test.each(['woken', 'pushed'] as const)('a batch that is %s every second looks every half minute all the same', (kind) => {
    const looks = looksAmong(every(1, 125, kind), 125);
    expect(looks.map(({ at }) => at)).toEqual([30, 60, 90, 120]);
    expect(looks.map(({ full }) => full)).toEqual([false, false, false, false]);
  });

  test('wake-ups double nothing, and don’t put a look off', () => {
    const looks = looksAmong(
      [5, 6, 7, 8].map((at) => ({ at, kind: 'woken' })),
      200,
    );
    expect(looks).toEqual([
      { at: 30, full: false },
      { at: 60, full: true },
      { at: 120, full: true },
    ]);
  });

  test('a push, and a look that mended something, make the next one come soon', () => {
    const looks = new ReconcileSchedule(MINUTE, 0);
    for (const at of [30_000, 90_000]) {
      looks.begin(at);
      looks.ended(at, 0);
    }
    expect(looks.dueAt).toBe(210_000);
    looks.pushed();
    expect(looks.dueAt).toBe(120_000);
    looks.begin(120_000);
    looks.ended(120_000, 0);
    looks.begin(150_000);
    looks.ended(150_000, 3);
    expect(looks.dueAt).toBe(180_000);
  });

  test('a batch that is never left alone has its upgrades looked for every ten minutes', () => {
    const full = looksAmong(every(1, 1_300, 'woken'), 1_300).filter((look) => look.full);
    expect(full.map(({ at }) => at)).toEqual([600, 1_200]);
  });

  test('looks that take long come seldom: they take a twentieth of the time', () => {
    const looks = new ReconcileSchedule(MINUTE, 0);
    looks.begin(30_000);
    looks.ended(90_000, 0);
    expect(looks.dueAt).toBe(90_000 + 20 * 60_000);
  });

  test('whatever happens, no ten minutes pass without a look, nor half a minute with two', () => {
    const event = fc.record({ at: fc.nat(1_800), kind: fc.constantFrom('woken' as const, 'pushed' as const) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const times = [0, ...looksAmong(events, 1_800).map(({ at }) => at), 1_801];
        const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
        expect(Math.max(...gaps)).toBeLessThanOrEqual(601);
        expect(Math.min(...gaps.slice(0, -1), 600)).toBeGreaterThanOrEqual(30);
      }),
    );
  });
});
