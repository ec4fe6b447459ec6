import { rowsOf, timeLabels } from '../../../console/src/components/chart/look';
import { joined, type Known, linesOf, type Point } from '../../../console/src/pages/batch/curve/points';

const BEGIN = Date.parse('2026-03-01T10:00:00Z');
const minute = (minutes: number): string => new Date(BEGIN + minutes * 60_000).toISOString();
const point = (minutes: number, pushed: number, succeeded: number, failed: number, asked = 60): Point => ({
  ...{ at: minute(minutes), pushed, succeeded, failed, asked },
});
const COUNTS = { total: 500, notified: 0, inProgress: 0, succeeded: 0, failed: 0 };
const known = (given: Partial<Known>, endMinute: number): Known => ({
  ...{
    series: { stepMinutes: 1, points: [] },
    begin: BEGIN,
    end: BEGIN + endMinute * 60_000,
    isOver: false,
    counts: COUNTS,
    asked: 60,
    marks: [],
  },
  ...given,
});
const minutesOf = (times: readonly number[]): number[] => times.map((at) => (at - BEGIN) / 60_000);

test('R-UI-3: before the first point the curve is what its events have told', () => {
  const counts = { ...COUNTS, notified: 5, inProgress: 10, succeeded: 3, failed: 2 };
  const lines = linesOf(known({ counts }, 0.5));
  expect(minutesOf(lines.times)).toEqual([0, 0.5]);
  expect([lines.pushed, lines.succeeded, lines.failed, lines.planned]).toEqual([
    [0, 20],
    [0, 3],
    [0, 2],
    [0, 30],
  ]);
});

test('R-UI-3: where nothing changed the curve is level, and a batch that is over keeps what was counted', () => {
  const points = [point(0, 60, 10, 0), point(5, 70, 60, 1)];
  const counts = { ...COUNTS, succeeded: 69, failed: 2 };
  const lines = linesOf(known({ series: { stepMinutes: 1, points }, counts, isOver: true }, 8));
  expect(minutesOf(lines.times)).toEqual([0, 1, 5, 6, 8]);
  expect(lines.pushed).toEqual([0, 60, 60, 70, 70]);
  expect(lines.succeeded).toEqual([0, 10, 10, 60, 69]);
  expect(lines.failed).toEqual([0, 0, 0, 1, 2]);
});

test('R-UI-3: times rise whatever the clocks of the platform and the viewer say', () => {
  const points = [point(-1, 1, 0, 0), point(0, 2, 0, 0), point(1, 3, 1, 0)];
  const { times } = linesOf(known({ series: { stepMinutes: 1, points } }, 1));
  expect(minutesOf(times)).toEqual([0, 1]);
});

test('R-UI-3: the plan asks for what the rate was at each moment, nothing while the batch stood still, and no more than all', () => {
  const points = [point(0, 60, 0, 0, 60), point(4, 70, 0, 0, 120)];
  const marks = [
    { at: minute(0), kind: 'STARTED' },
    { at: minute(1), kind: 'HALTED' },
    { at: minute(3), kind: 'RESUMED' },
    { at: minute(3.5), kind: 'EDITED' },
  ] as const;
  const lines = linesOf(known({ series: { stepMinutes: 1, points }, marks }, 10));
  expect(minutesOf(lines.times)).toEqual([0, 1, 4, 5, 10]);
  expect(lines.planned).toEqual([0, 60, 120, 240, 500]);
  expect(linesOf(known({ asked: null }, 1)).planned).toEqual([null, null]);
});

test('R-UI-3: what is read later takes the place of the last point; with other steps all is read again', () => {
  const before = { stepMinutes: 1, points: [point(0, 1, 0, 0), point(1, 2, 0, 0)] };
  expect(joined(before, { stepMinutes: 1, points: [point(1, 3, 1, 0), point(2, 4, 1, 0)] })?.points.map(({ pushed }) => pushed)).toEqual([
    1, 3, 4,
  ]);
  expect(joined(before, { stepMinutes: 1, points: [] })).toEqual(before);
  expect(joined(before, { stepMinutes: 10, points: [] })).toBeNull();
});

test('R-UI-3: the table of a chart has so many rows at most, and every mark in one of them', () => {
  const times = Array.from({ length: 100 }, (_, index) => index);
  const curves = [{ label: 'failed', tone: 'bad', pattern: 'dotted', values: times.map((at) => (at === 99 ? null : at)) }] as const;
  const marks = [0, 34, 99, 120].map((at) => ({ at, label: `m${at}` }));
  const rows = rowsOf(times, curves, marks, 10);
  expect([rows.length, rows.at(-1)?.at, rows[0]?.values, rows.at(-1)?.values]).toEqual([10, 99, [9], [null]]);
  expect(rows.flatMap((row) => row.marks)).toEqual(['m0', 'm34', 'm99', 'm120']);
  expect(rowsOf([], [], marks, 10)).toEqual([]);
});

test('R-UI-3: an axis says the day where one begins, and seconds where it has room for them', () => {
  const midnight = new Date(2026, 2, 1).getTime() / 1_000;
  expect(timeLabels('en', [midnight, midnight + 3_600], 3_600)).toEqual(['Mar 1', '01:00']);
  expect(timeLabels('en', [midnight + 5], 5)).toEqual(['00:00:05']);
  expect(timeLabels('en', [midnight + 86_400], 86_400)).toEqual(['Mar 2']);
});
