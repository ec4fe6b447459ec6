import { bucketsOf, causesOf, type FlowPoint, pacesOf } from '../../../console/src/pages/overview/flow';

const BEGIN = Date.parse('2026-03-01T00:00:00Z');
const at = (minutes: number): string => new Date(BEGIN + minutes * 60_000).toISOString();
const point = (minutes: number, rate: number, failed: Record<string, number> = {}): FlowPoint => ({
  ...{ at: at(minutes), rate, succeeded: 3, failed: Object.values(failed).reduce((sum, each) => sum + each, 0) },
  failures: Object.entries(failed).map(([code, count]) => ({ failed: count, cause: { code, description: `It was ${code}` } })),
});
const flow = (points: FlowPoint[], minutes: number) => ({ from: at(0), to: at(minutes), stepMinutes: 1, points });

test('R-UI-3: steps are put together, so that a day has a hundred at most', () => {
  const { size, buckets } = bucketsOf(flow([], 1_440), 100, true);
  expect([size, buckets.length, buckets[0]?.at]).toEqual([15, 97, BEGIN]);
  expect(bucketsOf(flow([], 30), 96, true).size).toBe(1);
});

test('R-UI-3: devices a minute are an average over what has passed of a step, and where nobody looked nothing is known', () => {
  const { buckets } = bucketsOf(flow([point(0, 60), point(1, 30), point(20, 10)], 22), 3, true);
  expect(buckets.map(({ minutes }) => minutes)).toEqual([10, 10, 2]);
  expect(pacesOf(buckets, 1)).toEqual({ notified: [9, null, 5], succeeded: [0.6, null, 1.5], failed: [0, null, 0] });
  // Of some products there are points only where something happened.
  expect(pacesOf(bucketsOf(flow([point(0, 60)], 22), 3, false).buckets, 1).notified).toEqual([6, 0, 0]);
});

test('R-UI-3: failures have a line for each cause, the most frequent first, and one for all others', () => {
  const points = [point(0, 0, { LOW_BATTERY: 1, CRC: 4 }), point(1, 0, { LOW_BATTERY: 2, RARE: 1, OTHER: 1 })];
  const { buckets } = bucketsOf(flow(points, 1), 96, true);
  expect(causesOf(buckets, 3)).toEqual([
    { code: 'CRC', description: 'It was CRC', total: 4, values: [4, 0] },
    { code: 'LOW_BATTERY', description: 'It was LOW_BATTERY', total: 3, values: [1, 2] },
    { code: null, description: null, total: 2, values: [0, 2] },
  ]);
  expect(causesOf(buckets, 4).map(({ code }) => code)).toEqual(['CRC', 'LOW_BATTERY', 'RARE', 'OTHER']);
  expect(causesOf([], 3)).toEqual([]);
});
