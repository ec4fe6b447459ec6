import { scheduleViolations } from '../../../schema/model/batch/schedule';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';
import { waitingFor } from '../../../schema/model/task/waiting-for';
import { aTask } from '../../support/builders';

const NOW = new Date('2026-01-01T00:00:00Z');
const MIN = 60_000;
const [HOUR, DAY] = [60 * MIN, 1_440 * MIN];
const START = 'SCHEDULE_OUT_OF_RANGE schedule.startAt';
const END = 'SCHEDULE_OUT_OF_RANGE schedule.endAt';

function found(startIn: number, endAfter: number | null, minuteMs = MIN): string[] {
  const startAt = new Date(NOW.getTime() + startIn);
  const endAt = endAfter === null ? null : new Date(startAt.getTime() + endAfter);
  return scheduleViolations({ startAt, endAt }, NOW, DEFAULT_LIMITS, minuteMs).map(({ code, field }) => `${code} ${field}`);
}

test.each<[string, number, number | null, string[]]>([
  ['R-BAT-6 a start in 5 min is taken', 5 * MIN, null, []],
  ['R-BAT-6 a start a moment sooner is refused', 5 * MIN - 1, null, [START]],
  ['R-BAT-6 a start in 7 days is taken', 7 * DAY, null, []],
  ['R-BAT-6 a start a moment later is refused', 7 * DAY + 1, null, [START]],
  ['R-BAT-6 a start in the past is refused', -HOUR, null, [START]],
  ['R-BAT-6 an end 1 h after the start is taken', HOUR, HOUR, []],
  ['R-BAT-6 an end a moment sooner is refused', HOUR, HOUR - 1, [END]],
  ['R-BAT-6 an end 30 days after the start is taken', HOUR, 30 * DAY, []],
  ['R-BAT-6 an end a moment later is refused', HOUR, 30 * DAY + 1, [END]],
  ['R-BAT-6 an end before the start is refused', HOUR, -MIN, [END]],
  ['R-BAT-6 a date that is none is refused', Number.NaN, HOUR, [START, END]],
])('%s', (_name, startIn, endAfter, expected) => {
  expect(found(startIn, endAfter)).toEqual(expected);
});

test('R-BAT-6 the spans shrink with the minute', () => {
  expect([found(500, 6_000, 100), found(499, 5_999, 100)]).toEqual([[], [START, END]]);
});

test('R-BAT-6 a device of a scheduled batch waits for its start', () => {
  expect(waitingFor(aTask({ reachable: false }), 'SCHEDULED', NOW)).toBe('SCHEDULED');
});
