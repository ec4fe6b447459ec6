import type { NewStaticBatch } from '../../core/batches/contract';
import type { CoreParts } from '../../core/core-parts';
import { aPackage } from '../support/builders';
import { handClock, operator } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const engine = quietEngine();
const DEVICES = 18_000;

/** More devices than are looked at one by one: every third has the target, three of four are in Nyon. */
const store = useStore({ keepsDocuments: true });
let parts: CoreParts;
beforeAll(async () => {
  const { devices, packages, settings, versionCounts } = store.collections;
  await devices.insertMany(
    Array.from({ length: DEVICES }, (_, index) => {
      const version = index % 3 === 0 ? '2.0.0' : '1.0.0';
      return {
        ...{
          _id: `meter.dev-${index}`,
          productKey: 'meter',
          deviceName: `dev-${index}`,
          sealedSecret: '',
          enabled: true,
          dialect: 'LINK' as const,
        },
        modules: { default: { version, reportedAt: clock() } },
        ...{ moduleVersions: [`default=${version}`], counted: [`default=${version}`] },
        ...(index % 4 > 0 && { region: { province: 'Vaud', city: 'Nyon' } }),
        ...{ online: false, gatewayId: null, sessionId: null, onlineChangedAt: null, createdAt: clock() },
      };
    }),
  );
  await versionCounts.insertMany(
    (
      [
        ['1.0.0', 12_000],
        ['2.0.0', 6_000],
      ] as const
    ).map(([version, count]) => ({
      ...{ _id: `meter.default=${version}`, productKey: 'meter', module: 'default', version, devices: count },
    })),
  );
  await settings.insertOne({ _id: 'version-counts', value: true });
  parts = await meters({ store, engine, clock }, []);
  await packages.insertMany([
    aPackage({ productKey: 'meter' }),
    aPackage({ _id: 'narrow', productKey: 'meter', version: '2.0.1', sourceVersions: ['1.0.0'] }),
    aPackage({ _id: 'three', productKey: 'meter', version: '3.0.0' }),
    aPackage({ _id: 'other-module', productKey: 'meter', module: 'mcu' }),
  ]);
});

const policy = { rate: { kind: 'constant', perMinute: 1_000 }, retry: null, timeoutMinutes: null } as const;
const preview = (packageId: string, more: Partial<NewStaticBatch> = {}) =>
  parts.core.batches.preview(operator, { packageId, scope: { kind: 'all' }, policy, ...more });

test('R-BAT-23 of a whole product the counts are exact while no other batch is live', async () => {
  const seen = await preview('package1');
  expect(seen.selection).toEqual({ matched: DEVICES, created: DEVICES, skippedVersion: 0, skippedBusy: 0, atTarget: 6_000 });
  expect([seen.estimated, seen.toPush]).toEqual([false, 12_000]);
  expect(seen.versions).toEqual([
    { version: '1.0.0', devices: 12_000 },
    { version: '2.0.0', devices: 6_000 },
  ]);
  const narrow = await preview('narrow');
  expect(narrow.selection).toEqual({ matched: DEVICES, created: 12_000, skippedVersion: 6_000, skippedBusy: 0, atTarget: 0 });
});

test('R-BAT-23 R-BAT-4 and of a share of it, save who of them has the target', async () => {
  const { selection, estimated } = await preview('package1', { scope: { kind: 'phased', percent: 10, seed: '' } });
  expect([selection, estimated]).toEqual([
    { matched: DEVICES, created: 1_800, skippedVersion: 0, skippedBusy: 0, skippedPhase: 16_200, atTarget: 600 },
    true,
  ]);
});

test('R-BAT-23 of a whole product those count as busy that have a task of another module', async () => {
  const other = await parts.core.batches.createStatic(operator, { packageId: 'other-module', scope: { kind: 'all' }, policy });
  await parts.lifecycle.select(other._id);
  const { selection, estimated } = await preview('package1');
  expect([selection, estimated]).toEqual([{ matched: DEVICES, created: 0, skippedVersion: 0, skippedBusy: DEVICES, atTarget: 0 }, true]);
  await Promise.all([store.collections.batches.deleteMany({}), store.collections.tasks.deleteMany({})]);
});

test('R-BAT-23 R-FLOW-7 of a product with LwM2M devices too, which a batch for another module passes over, a sample tells how many they are', async () => {
  const { devices } = store.collections;
  // Spread over the collection, as MongoDB samples places of it rather than documents.
  const others = { _id: { $in: Array.from({ length: 4_500 }, (_, index) => `meter.dev-${4 * index}`) } };
  await devices.updateMany(others, { $set: { dialect: 'LWM2M' } });
  const { selection, estimated } = await preview('other-module', { scope: { kind: 'phased', percent: 10, seed: '' } });
  await devices.updateMany(others, { $set: { dialect: 'LINK' } });
  expect([estimated, selection.matched, selection.skippedVersion]).toEqual([true, expect.any(Number), 0]);
  expect(Math.abs((selection.skippedDialect ?? 0) - 4_500)).toBeLessThan(2_400);
  expect(Math.abs(selection.created - 1_350)).toBeLessThan(240);
  const { matched, created, skippedDialect = 0, skippedPhase = 0 } = selection;
  expect(created + skippedDialect + skippedPhase).toBe(matched);
});

test('R-BAT-23 who is busy, and who is in a place, is concluded from a sample, near what is so', async () => {
  const older = await parts.core.batches.createStatic(operator, {
    packageId: 'three',
    scope: { kind: 'all' },
    sourceVersions: ['1.0.0'],
    policy,
  });
  await parts.lifecycle.select(older._id);
  const all = await preview('package1');
  expect([all.estimated, all.selection.matched]).toEqual([true, DEVICES]);
  expect(Math.abs(all.selection.skippedBusy - 12_000)).toBeLessThan(2_400);
  const place = await preview('package1', { scope: { kind: 'region', province: 'Vaud', city: 'Nyon' } });
  expect(place.estimated).toBe(true);
  expect(Math.abs(place.selection.matched - 13_500)).toBeLessThan(2_400);
  expect(Math.abs(place.selection.skippedBusy - 9_000)).toBeLessThan(2_400);
  const { matched, created, skippedBusy, skippedVersion = 0 } = place.selection;
  expect(created + skippedBusy + skippedVersion).toBe(matched);
});
