import { createSampledLog } from '../../../core/sampled-log';

function recorded(options: { capacity?: number; lines?: number } = {}) {
  const lines: unknown[] = [];
  const clock = { now: 0 };
  const logger = { warn: (details: object) => void lines.push(details), error: () => undefined };
  return { lines, clock, log: createSampledLog(logger, { intervalMs: 1_000, now: () => clock.now, ...options }) };
}

test('R-FLOW-1 the same happening is logged once in an interval, then with the number left out', () => {
  const { log, lines, clock } = recorded();
  for (let count = 0; count < 4; count += 1) log.warn('a', { a: 1 }, 'x');
  log.warn('b', { b: 1 }, 'x');
  clock.now = 1_000;
  log.warn('a', { a: 2 }, 'x');
  expect(lines).toEqual([{ a: 1 }, { b: 1 }, { a: 2, suppressed: 3 }]);
});

test('R-FLOW-1 a flood of keys neither grows the memory nor floods the log', () => {
  const { log, lines, clock } = recorded({ capacity: 10 });
  for (let count = 0; count < 1_000; count += 1) log.warn(`key ${count}`, {}, 'x');
  expect(lines).toHaveLength(10);
  clock.now = 1_000;
  log.warn('key 999', {}, 'x');
  expect(lines).toHaveLength(11);
});

test('R-FLOW-1 many devices at once get so many lines together, and the next interval says how many had none', () => {
  const { log, lines, clock } = recorded({ lines: 3 });
  for (let count = 0; count < 50; count += 1) log.warn(`device ${count}`, { count }, 'x');
  expect(lines).toEqual([{ count: 0 }, { count: 1 }, { count: 2 }]);
  clock.now = 1_000;
  log.warn('device 50', { count: 50 }, 'x');
  expect(lines.slice(3)).toEqual([{ suppressed: 47 }, { count: 50 }]);
});
