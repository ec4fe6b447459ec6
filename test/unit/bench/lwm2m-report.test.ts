import type { UpgradesMeasure } from '../../bench/lwm2m/upgrades-part';
import { eventsAFiredTimer, firstRequestRows, lostUpgrades, overspent, upgradesText } from '../../bench/lwm2m/upgrades-report';
import type { Burst } from '../../bench/upgrades/burst';
import type { HistoryCounts } from '../../bench/upgrades/engine-counts';

const history = (more: Partial<HistoryCounts> = {}): HistoryCounts => ({
  ...{ events: 12, workflowTasks: 2, signals: 2, activities: 0, localActivities: 1, timers: 1, fired: 0 },
  ...more,
});
const burst = (cpuEach: number, more: Partial<Burst> = {}): Burst => ({
  ...{ perSecond: 100, seconds: 10, perSecondMiddle: 110, othersPercent: 3, tasks: { SUCCEEDED: 1_000 } },
  cpuMs: { engine: cpuEach / 2, mongod: cpuEach / 4, updraft: cpuEach / 4, devices: 1, subscriber: 1 },
  peakBytes: { engine: 1, mongod: 1, updraft: 1, devices: 1, subscriber: 1 },
  storeCommands: { update: 3.5, find: 2 },
  history: history(),
  disk: { taskData: 0, taskFiles: 0, taskIndexes: 0, oplog: 0, temporal: 0 },
  ...more,
});
const measure = (more: Partial<UpgradesMeasure> = {}): UpgradesMeasure => ({
  ...{ devices: 1_000, link: burst(10), lwm2m: burst(14), inCells: burst(16) },
  slow: history({ events: 30, timers: 4, fired: 3 }),
  ...more,
});

test('what a fired timer adds is told from upgrades that took long and those that did not', () => {
  expect(eventsAFiredTimer(measure())).toBe(6);
  expect(eventsAFiredTimer(measure({ slow: history() }))).toBeNull();
});

test('the cost of an upgrade is shown beside a Link upgrade of the same run, and judged', () => {
  const text = upgradesText(measure());
  expect(text).toMatch(/^LwM2M +100\.0 +14\.0 +1\.40 +≤ 1\.5 +met/m);
  expect(text).toMatch(/^LwM2M in radio cells +100\.0 +16\.0 +1\.60 +≤ 1\.5 +not met/m);
  expect(text).toMatch(/^history events +12\.0 +≤ 12 +met/m);
  expect(text).toMatch(/^events for each timer that fires +6\.0 +≤ 6 +met/m);
});

test('what the engine is asked for beyond the aims makes the benchmark fail, as do tasks that failed; a slow machine does not', () => {
  expect([...overspent(measure({ lwm2m: burst(99) })), ...lostUpgrades(measure())]).toEqual([]);
  const lwm2m = burst(14, { history: history({ activities: 1, events: 18 }), tasks: { SUCCEEDED: 999, FAILED: 1 } });
  expect(overspent(measure({ lwm2m, slow: history({ events: 48, fired: 3 }) }))).toEqual([
    'An LwM2M upgrade has 1.0 activities in its history: at most 0 are allowed.',
    'An LwM2M upgrade has 18.0 events in its history: at most 12 are allowed.',
    'A timer that fires adds 10.0 events: at most 6 are allowed.',
  ]);
  expect(lostUpgrades(measure({ lwm2m }))).toEqual(['1 upgrades (lwm2m) ended FAILED.']);
});

test('first requests are judged by their 95th percentile, and not met where there are none', () => {
  const quantiles = { count: 200, p50: 12, p95: 999, p99: 1_400, max: 1_500 };
  const common = { devices: 400, unasked: 0, failure: null, updatesPerSecond: 500, updatesLost: 0, cpuPercent: 20, othersPercent: 1 };
  const rows = firstRequestRows({ ...common, registeringMs: quantiles, wakingMs: null });
  expect(rows.map(([, , , met]) => met)).toEqual(['met', 'met', 'not met']);
  expect(rows[1]?.[1]).toBe('12, 999, 1500');
  const [overtaken] = firstRequestRows({ ...common, updatesPerSecond: 470, registeringMs: quantiles, wakingMs: null });
  expect(overtaken?.[3]).toBe('not met');
});
