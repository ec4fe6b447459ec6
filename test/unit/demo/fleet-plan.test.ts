import { devicesOverCoap, type FleetDialect, planFleet } from '../../../demo/fleet-plan';
import type { Lwm2mPlan } from '../../../demo/lwm2m-plan';
import { timeoutMinutesOf, timingOf } from '../../../demo/timing';

const planOf = (devices: number, timeoutMinutes = 1, dialect: FleetDialect = 'mixed') => {
  const plan = planFleet(devices, timeoutMinutes, dialect);
  return {
    plan,
    offline: plan.filter(({ offline }) => offline).length,
    kinds: plan.flatMap(({ fault }) => (fault ? [fault.kind] : [])),
  };
};

test('of 200 devices 8 are off-line at first and 10 faulty, none both, and one stalls', () => {
  const { plan, offline, kinds } = planOf(200);
  expect(new Set(plan.map(({ deviceName }) => deviceName)).size).toBe(200);
  expect({ offline, faulty: kinds.length }).toEqual({ offline: 8, faulty: 10 });
  expect(kinds.filter((kind) => kind === 'stallsAt')).toHaveLength(1);
  expect(plan.some(({ offline, fault }) => offline && fault)).toBe(false);
  expect(new Set(kinds)).toEqual(new Set(['failsWith', 'resultCode', 'ends', 'corruptDownload', 'disconnectsAt', 'stallsAt']));
});

test('the stalled device stays the only one in the largest fleet, and every failure code occurs', () => {
  const { plan, offline, kinds } = planOf(5_000);
  expect(kinds).toHaveLength(250);
  expect(offline).toBeGreaterThan(180);
  expect(kinds.filter((kind) => kind === 'stallsAt')).toHaveLength(1);
  const causes = plan.flatMap(({ planned }) => planned.cause ?? []);
  expect(new Set(causes).size).toBe(7);
});

test('R-FLOW-7 a mixed fleet is a third of each dialect, and each device misbehaves as its dialect can', () => {
  const { plan } = planOf(200);
  const of = (wanted: string) => plan.filter(({ dialect }) => dialect === wanted).length;
  expect([of('LINK'), of('IOTDA'), of('LWM2M')]).toEqual([67, 67, 66]);
  expect(devicesOverCoap(200, 'mixed')).toBe(66);
  for (const { dialect, fault } of planOf(5_000).plan) {
    if (fault?.kind === 'failsWith') expect(dialect).toBe('LINK');
    if (fault?.kind === 'resultCode') expect(dialect).toBe('IOTDA');
    if (fault?.kind === 'ends') expect(dialect).toBe('LWM2M');
  }
});

test('of LwM2M devices half have keys, a quarter sleep and a quarter is pushed to, with and without keys', () => {
  const plans = planOf(80, 1, 'lwm2m').plan.flatMap(({ lwm2m, fault }) => (lwm2m && !fault ? [lwm2m] : []));
  const share = (has: (plan: Lwm2mPlan) => unknown) => plans.filter(has).length / plans.length;
  const pushOnly = ({ habits }: Lwm2mPlan) => habits?.delivery === 1;
  expect(share(({ secure }) => secure)).toBeCloseTo(0.5, 1);
  expect(share(({ habits }) => habits?.queueMode)).toBeCloseTo(0.25, 1);
  expect(share(pushOnly)).toBeCloseTo(0.25, 1);
  expect(new Set(plans.filter(pushOnly).map(({ secure }) => secure)).size).toBe(2);
});

test('R-FLOW-4 in each radio cell a few LwM2M devices wait for each other, and none for one that stalls', () => {
  const cells = new Map<number, number>();
  for (const { lwm2m, fault } of planOf(5_000).plan) {
    if (!lwm2m?.radio?.signalStrength) continue;
    expect(fault).toBeNull();
    cells.set(lwm2m.cell, (cells.get(lwm2m.cell) ?? 0) + 1);
  }
  expect(cells.size).toBe(105);
  expect(Math.max(...cells.values())).toBe(3);
});

test.each([
  ['link', 'LINK'],
  ['iotda', 'IOTDA'],
  ['lwm2m', 'LWM2M'],
] as const)('a fleet of %s is all of that dialect', (fleet, dialect) => {
  expect(new Set(planOf(50, 1, fleet).plan.map((device) => device.dialect))).toEqual(new Set([dialect]));
});

test.each([1, 2, 9, 13, 49])('a fleet of %i is planned in full', (devices) => {
  const { plan, kinds } = planOf(devices);
  expect(plan).toHaveLength(devices);
  expect(kinds).toHaveLength(Math.round(devices * 0.05));
});

test('where the time-out is long no device stalls: nobody would wait for it', () => {
  const { kinds } = planOf(200, 3);
  expect(kinds).toHaveLength(10);
  expect(kinds).not.toContain('stallsAt');
});

test.each([
  ['the default', 200, 600, 1, 66, 2],
  ['the default without LwM2M', 200, 600, 1, 0, 1],
  ['a slow rate, at which a retry waits long for its turn', 200, 10, 1, 66, 26],
  ['many devices', 5_000, 10_000, 1, 1_666, 16],
  ['a large file', 200, 600, 1_000, 0, 118],
  ['a large file, in blocks to a third of them', 200, 600, 100, 66, 59],
  ['a large file, in blocks to one', 1, 600, 100, 1, 18],
])('R-TASK-4 the time-out of %s leaves time for everything planned', (_what, devices, rate, mebibytes, overCoap, minutes) => {
  expect(timeoutMinutesOf({ devices, rate, bytes: mebibytes * 1024 * 1024, overCoap })).toBe(minutes);
});

test('a demo is given up only after everything planned has had its time', () => {
  const { limitMs, firstOnlineMs, nextOnlineMs } = timingOf({ devices: 200, rate: 10 }, 8, 26);
  expect(limitMs).toBeGreaterThan((20 + 26) * 60_000);
  expect(limitMs).toBeGreaterThan(firstOnlineMs + 8 * nextOnlineMs + 26 * 60_000);
});
