import type { VariableRate } from '../../../schema/model/batch/batch';
import { policyViolations } from '../../../schema/model/batch/policy';
import { currentRate, newPacer, nextSendTime, pushWindow } from '../../../schema/model/batch/push-rate';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';

const MINUTE_MS = 60_000;
const WINDOW_MS = 5_000;
const START = Date.UTC(2024, 0, 1);
const EXAMPLE: VariableRate = { kind: 'variable', base: 50, factor: 2, maximum: 10_000, threshold: { of: 'notified', count: 1_000 } };
const with_ = (fields: Partial<VariableRate>): VariableRate => ({ ...EXAMPLE, ...fields });
const threshold = (count: number) => ({ threshold: { of: 'succeeded' as const, count } });

test('R-RATE-3 the worked example, minute by minute: the rate doubles with each thousand devices, up to 10,000', () => {
  const pushed: number[] = [];
  const beganAt = new Map<number, number>();
  let notified = 0;
  let now = START;
  let pacer = newPacer(MINUTE_MS);
  while (notified < 30_000) {
    const rate = currentRate(EXAMPLE, notified);
    if (!beganAt.has(rate)) beganAt.set(rate, notified);
    const { count, intervalMs } = pushWindow(rate, MINUTE_MS, WINDOW_MS);
    for (let push = 0; push < count; push += 1) {
      const next = nextSendTime(pacer, intervalMs, now);
      ({ pacer } = next);
      now = next.at;
      const minute = Math.floor((now - START) / MINUTE_MS);
      pushed[minute] = (pushed[minute] ?? 0) + 1;
    }
    notified += count;
  }
  const rates = [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000];
  expect([...beganAt.keys()]).toEqual(rates);
  rates.forEach((rate, step) => {
    // The rate changes from one window to the next: at most one window of the rate before is late.
    const before = rates[step - 1] ?? rate;
    expect(beganAt.get(rate)).toBeGreaterThanOrEqual(step * 1_000);
    expect(beganAt.get(rate)).toBeLessThan(step * 1_000 + Math.max(1, before / 12));
  });
  // 20 minutes at 50, 10 at 100, 5 at 200; from then on a minute spans steps.
  expect(pushed.slice(0, 20).every((count) => count >= 49 && count <= 50)).toBe(true);
  expect(pushed.slice(21, 30).every((count) => count >= 98 && count <= 100)).toBe(true);
  expect(pushed.slice(31, 35).every((count) => count >= 197 && count <= 200)).toBe(true);
  expect(pushed.every((count, minute) => minute === 0 || count <= 10_000)).toBe(true);
  expect(pushed.length).toBeLessThanOrEqual(43);
});

test.each([
  [EXAMPLE, [0, 999, 1_000, 1_999, 2_000, 7_999, 8_000, 1_000_000], [50, 50, 100, 100, 200, 6_400, 10_000, 10_000]],
  [with_({ base: 1, factor: 1.2, maximum: 10, ...threshold(1) }), [0, 1, 3, 4, 12, 13, 100_000], [1, 1, 1, 2, 8, 10, 10]],
  [with_({ base: 50, factor: 1.1 + 0.1, maximum: 60, ...threshold(10) }), [9, 10], [50, 60]],
  [with_({ base: 10, maximum: 10 }), [0, 100_000], [10, 10]],
])('R-RATE-2 each further threshold multiplies again, rounded down and capped (%#)', (policy, reached, rates) => {
  expect(reached.map((count) => currentRate(policy, count))).toEqual(rates);
});

const found = (rate: VariableRate): string[] =>
  policyViolations({ rate, retry: null, timeoutMinutes: null }, DEFAULT_LIMITS).map(({ code, field }) => `${code} ${field}`);
const at = (field: string, code = 'OUT_OF_RANGE') => [`${code} pushRate.variable.${field}`];

test.each<[string, Partial<VariableRate>, string[]]>([
  ['R-RATE-2 the worked example is taken', {}, []],
  ['R-RATE-2 a base of 1 is taken', { base: 1 }, []],
  ['R-RATE-2 a base of 0 is refused', { base: 0 }, at('base')],
  ['R-RATE-2 a base of 10,000 is taken', { base: 10_000 }, []],
  ['R-RATE-2 a base of 10,001 is refused', { base: 10_001 }, at('base')],
  ['R-RATE-2 a base of 1.5 is refused', { base: 1.5 }, at('base')],
  ['R-RATE-2 a base at the maximum is taken', { base: 10, maximum: 10 }, []],
  ['R-RATE-2 a base above the maximum is refused', { base: 11, maximum: 10 }, at('base', 'RATE_BASE_ABOVE_MAXIMUM')],
  ['R-RATE-2 a factor of 1.20 is taken', { factor: 1.2 }, []],
  ['R-RATE-2 a factor of 1.19 is refused', { factor: 1.19 }, at('factor')],
  ['R-RATE-2 a factor of 5 is taken', { factor: 5 }, []],
  ['R-RATE-2 a factor of 5.01 is refused', { factor: 5.01 }, at('factor')],
  ['R-RATE-2 a factor of 2.35 is taken', { factor: 2.35 }, []],
  ['R-RATE-2 a factor of 2.355 is refused', { factor: 2.355 }, at('factor', 'INVALID_FORMAT')],
  ['R-RATE-2 a factor that is no number is refused', { factor: Number.NaN }, at('factor')],
  ['R-RATE-2 a maximum of 9 is refused', { base: 1, maximum: 9 }, at('maximum')],
  ['R-RATE-2 a maximum of 10,001 is refused', { maximum: 10_001 }, at('maximum')],
  ['R-RATE-2 a threshold of 1 is taken', threshold(1), []],
  ['R-RATE-2 a threshold of 0 is refused', threshold(0), at('thresholdCount')],
  ['R-RATE-2 a threshold of 100,000 is taken', threshold(100_000), []],
  ['R-RATE-2 a threshold of 100,001 is refused', threshold(100_001), at('thresholdCount')],
  [
    'R-RATE-2 all that is wrong is told at once',
    { base: 0, factor: 9, maximum: 0, ...threshold(-1) },
    [at('base'), at('factor'), at('maximum'), at('thresholdCount')].flat(),
  ],
])('%s', (_name, fields, expected) => {
  expect(found(with_(fields))).toEqual(expected);
});
