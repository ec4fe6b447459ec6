import { Readable } from 'node:stream';
import type { NewStaticBatch } from '../../core/batches/contract';
import type { CoreParts } from '../../core/core-parts';
import type { NewPackage } from '../../core/packages/contract';
import type { BatchPolicy, BatchScope } from '../../schema/model/batch/batch';
import { handClock, operator, refusal, spectator } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const engine = quietEngine();
const POLICY: BatchPolicy = { rate: { kind: 'constant', perMinute: 10 }, retry: null, timeoutMinutes: null };
const VERSIONS = ['1.0.0', '1.0.0', '1.0.0', '1.5.0', '1.5.0', '2.0.0', null, null] as const;
const name = (index: number) => `dev-${String(index).padStart(2, '0')}`;
const MINUTE_MS = 60_000;

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  parts = await meters(
    { store, engine, clock },
    Array.from({ length: 24 }, (_, index) => ({
      deviceName: name(index),
      region: index < 8 ? { province: 'Bern', city: 'Thun' } : null,
    })),
  );
  for (let index = 0; index < 24; index++) await report(index, VERSIONS[index % VERSIONS.length] ?? null);
});

const report = async (index: number, version: string | null) => {
  if (version) await parts.core.tasks.report(`meter.${name(index)}`, { kind: 'version', module: 'default', version });
};
const upload = async (fields: Partial<NewPackage> = {}): Promise<string> =>
  (
    await parts.core.packages.create(
      operator,
      { productKey: 'meter', name: 'meter_fw', version: '2.0.0', ...fields },
      { name: 'fw.bin', stream: Readable.from([Buffer.from('image')], { objectMode: false }) },
    )
  )._id;
const batchOf = (packageId: string, more: Partial<NewStaticBatch> = {}): NewStaticBatch => ({
  packageId,
  scope: { kind: 'all' },
  policy: POLICY,
  ...more,
});
const preview = (packageId: string, more: Partial<NewStaticBatch> = {}) => parts.core.batches.preview(operator, batchOf(packageId, more));
async function create(packageId: string, more: Partial<NewStaticBatch> = {}) {
  const batch = await parts.core.batches.createStatic(operator, batchOf(packageId, more));
  await parts.lifecycle.select(batch._id);
  return (await parts.core.batches.get(batch._id)) ?? batch;
}

const thun: BatchScope = { kind: 'region', province: 'Bern', city: 'Thun' };
const severalModules: BatchPolicy = { ...POLICY, multiModule: true };
const cases: {
  name: string;
  package?: Partial<NewPackage>;
  more?: Partial<NewStaticBatch>;
  /** Of the batch that keeps some devices busy. */
  busy?: { module?: string; policy?: BatchPolicy };
  skippedBusy?: number;
}[] = [
  { name: 'all devices' },
  { name: 'chosen source versions', more: { sourceVersions: ['1.5.0'] } },
  { name: 'the source versions of the package', package: { sourceVersions: ['1.0.0'] } },
  { name: 'a share of the devices', more: { scope: { kind: 'phased', percent: 40, seed: 'a' } } },
  {
    name: 'a share, of the package’s versions',
    package: { sourceVersions: ['1.0.0'] },
    more: { scope: { kind: 'phased', percent: 50, seed: 'b' } },
  },
  { name: 'a city', more: { scope: thun } },
  { name: 'devices by name', more: { scope: { kind: 'targeted', deviceNames: [0, 3, 5, 6].map(name) } } },
  { name: 'all, overriding', more: { policy: { ...POLICY, overridePrevious: true } } },
  { name: 'all, some with a task of another module', busy: { module: 'mcu' }, skippedBusy: 6 },
  {
    name: 'all, overriding tasks of another module',
    more: { policy: { ...POLICY, overridePrevious: true } },
    busy: { module: 'mcu' },
    skippedBusy: 1,
  },
  { name: 'all with multi-module, overriding tasks of the same module', more: { policy: severalModules }, skippedBusy: 1 },
  {
    name: 'all with multi-module, some with a task of another module that runs alone',
    more: { policy: severalModules },
    busy: { module: 'mcu' },
    skippedBusy: 6,
  },
  {
    name: 'all with multi-module, beside tasks of another module',
    more: { policy: severalModules },
    busy: { module: 'mcu', policy: severalModules },
    skippedBusy: 0,
  },
];

test.each(cases)('R-BAT-23 the preview of $name finds what the selection finds', async (each) => {
  const { package: fields, more, busy: other, skippedBusy } = each;
  const busy = await create(await upload({ name: 'other_fw', version: '9.0.0', module: other?.module ?? 'default' }), {
    scope: { kind: 'targeted', deviceNames: [0, 1, 3, 5, 9, 11].map(name) },
    policy: other?.policy ?? POLICY,
  });
  await store.collections.tasks.updateOne({ _id: `${busy._id}.meter.${name(1)}` }, { $set: { status: 'IN_PROGRESS' } });
  const packageId = await upload(fields);
  const before = await store.collections.batches.countDocuments();
  const seen = await preview(packageId, more);
  expect(await store.collections.batches.countDocuments()).toBe(before);
  const batch = await create(packageId, more);
  expect(seen.selection).toEqual({ ...batch.selection });
  if (skippedBusy !== undefined) expect(seen.selection.skippedBusy).toBe(skippedBusy);
  expect(seen.estimated).toBe(false);
  expect(seen.toPush).toBe(await store.collections.tasks.countDocuments({ batchId: batch._id, active: true }));
  expect(seen.versions.reduce((sum, { devices }) => sum + devices, seen.otherVersions)).toBe(seen.selection.matched);
});

test('R-BAT-23 the versions are those the devices have, most first', async () => {
  const { versions, otherVersions } = await preview(await upload());
  expect(versions).toEqual([
    { version: '1.0.0', devices: 9 },
    ...[
      { version: '1.5.0', devices: 6 },
      { version: null, devices: 6 },
    ].sort((a, b) => versions.findIndex((each) => each.version === a.version) - versions.findIndex((each) => each.version === b.version)),
    { version: '2.0.0', devices: 3 },
  ]);
  expect(otherVersions).toBe(0);
});

describe('R-BAT-23 the end of a batch', () => {
  const startAt = new Date(clock().getTime() + 3_600_000);
  const end = async (policy: Partial<BatchPolicy>, schedule: NewStaticBatch['schedule'] = null) => {
    const { lastPushAt, expectedEnd, limitedBy, points, ...more } = await preview(await upload(), {
      policy: { ...POLICY, ...policy },
      schedule,
    });
    return { at: expectedEnd, lastPushAt, limitedBy, pushed: points.at(-1)?.total ?? 0, startAt: more.startAt };
  };

  test('R-BAT-23 comes with the last push of the rate, counted from the start', async () => {
    const now = clock().getTime();
    const { at, lastPushAt, limitedBy, pushed, startAt: begins } = await end({});
    expect([limitedBy, pushed, begins.getTime()]).toEqual(['PUSH_RATE', 21, now]);
    expect(at).toEqual(lastPushAt);
    expect(((at?.getTime() ?? 0) - now) / MINUTE_MS).toBeCloseTo(20 / 9.9, 2);
    const later = await preview(await upload({ version: '3.0.0' }), { schedule: { startAt, endAt: null } });
    expect(later.startAt).toEqual(startAt);
    expect(later.expectedEnd?.getTime()).toBeGreaterThan(startAt.getTime());
  });

  test('R-BAT-23 R-BAT-6 comes at the scheduled end when that is earlier', async () => {
    const { collections } = store;
    await collections.devices.insertMany(
      Array.from({ length: 1_000 }, (_, index) => ({
        ...{
          _id: `meter.more-${index}`,
          productKey: 'meter',
          deviceName: `more-${index}`,
          sealedSecret: '',
          enabled: true,
          dialect: 'LINK' as const,
        },
        ...{ modules: {}, moduleVersions: [], online: false, gatewayId: null, sessionId: null, onlineChangedAt: null, createdAt: clock() },
      })),
    );
    const endAt = new Date(startAt.getTime() + 3_600_000);
    const { at, lastPushAt, limitedBy, pushed } = await end({}, { startAt, endAt });
    expect([at, lastPushAt, limitedBy]).toEqual([endAt, null, 'SCHEDULE_END']);
    expect(pushed).toBeGreaterThanOrEqual(590);
    expect(pushed).toBeLessThanOrEqual(600);
  });

  test('R-BAT-23 cannot be told where people or devices decide', async () => {
    expect(await end({ confirmation: true })).toMatchObject({ at: null, limitedBy: 'CONFIRMATION', pushed: 0 });
  });

  test('R-BAT-23 R-BAT-7 nor where devices have to ask, unless an end is scheduled', async () => {
    expect(await end({ proactivePush: false })).toMatchObject({ at: null, limitedBy: 'DEVICE_REQUEST', pushed: 0 });
    const endAt = new Date(startAt.getTime() + 3_600_000);
    const packageId = await upload({ version: '3.0.0' });
    const asked = await preview(packageId, { policy: { ...POLICY, proactivePush: false }, schedule: { startAt, endAt } });
    expect(asked).toMatchObject({ expectedEnd: endAt, limitedBy: 'SCHEDULE_END' });
  });

  test('R-BAT-23 R-TASK-3 comes at once where all have the target', async () => {
    const seen = await preview(await upload(), { scope: { kind: 'targeted', deviceNames: [name(5)] } });
    expect(seen).toMatchObject({ limitedBy: 'NOTHING_TO_PUSH', toPush: 0, points: [] });
    expect(seen.expectedEnd).toEqual(seen.startAt);
  });
});

test('R-BAT-23 a viewer previews nothing', async () => {
  const packageId = await upload();
  expect(await refusal(parts.core.batches.preview(spectator, batchOf(packageId)))).toEqual([{ code: 'NOT_ALLOWED' }]);
});
