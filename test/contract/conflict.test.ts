import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import { connectStore, type Store } from '../../schema/mongo/connect';
import { aPackage } from '../support/builders';
import { handClock, MASTER_KEY, operator, refusal, settingsWith, spectator } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const engine = quietEngine();
const partsOver = (store: Store): Promise<CoreParts> =>
  createCore({ store, files: fakePackageStore(), engine, settings: settingsWith(), masterKeys: [MASTER_KEY], clock });

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  parts = await partsOver(store);
  await parts.core.products.create(operator, { key: 'meter', name: 'Water meter' });
  await parts.core.devices.register(operator, 'meter', [{ deviceName: 'dev-a' }, { deviceName: 'dev-b' }]);
  await report('dev-a', '1.0.0');
  await report('dev-b', '1.1.0');
  await store.collections.packages.insertMany([
    aPackage({ _id: 'two', productKey: 'meter' }),
    aPackage({ _id: 'three', productKey: 'meter', version: '3.0.0' }),
    aPackage({ _id: 'difference', productKey: 'meter', version: '1.9.0', kind: 'DIFFERENTIAL', sourceVersions: ['1.1.0'] }),
    aPackage({ _id: 'radio', productKey: 'meter', version: '9.0.0', module: 'radio' }),
  ]);
  await parts.core.products.update(operator, 'meter', { refuseConflictingBatches: true });
});

const report = (name: string, version: string) => parts.core.tasks.report(`meter.${name}`, { kind: 'version', module: 'default', version });
const policy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null } as const;
const create = (packageId: string, sourceVersions: string[] = [], { core } = parts) =>
  core.batches.createStatic(operator, { packageId, scope: { kind: 'all' }, sourceVersions, policy });
const conflict = [{ code: 'BATCH_CONFLICT', field: 'packageId' }];

describe('R-BAT-20 a product that refuses conflicting batches', () => {
  test('R-BAT-20 takes no second batch for a source version in common, and names the first', async () => {
    const first = await create('two', ['1.0.0']);
    await expect(create('three', ['1.1.0', '1.0.0'])).rejects.toMatchObject({
      code: 'BATCH_CONFLICT',
      conflictingId: first._id,
      message: expect.stringContaining(`${first.name} (${first._id})`),
      hint: expect.stringContaining('refuseConflictingBatches'),
    });
    expect(await refusal(create('three'))).toEqual(conflict);
    expect(await store.collections.batches.countDocuments()).toBe(1);
  });

  test.each([
    ['another source version', 'three', ['1.1.0']],
    ['a differential package from another one', 'difference', []],
    ['another module', 'radio', []],
    ['the same package', 'two', ['1.0.0']],
  ] as [string, string, string[]][])('R-BAT-20 takes a second batch for %s', async (_, packageId, sourceVersions) => {
    await create('two', ['1.0.0']);
    if (packageId === 'radio') await parts.core.tasks.report('meter.dev-a', { kind: 'version', module: 'radio', version: '1.0.0' });
    await expect(create(packageId, sourceVersions)).resolves.toMatchObject({ packageId });
  });

  test('R-BAT-20 a batch for any version is in the way of each other, and the versions of a package count as its batch’s', async () => {
    const any = await create('two');
    expect(await refusal(create('difference'))).toEqual(conflict);
    for (const status of ['SCHEDULED', 'STARTING', 'RUNNING', 'PAUSED', 'HALTED'] as const) {
      await store.collections.batches.updateOne({ _id: any._id }, { $set: { status } });
      expect(await refusal(create('three', ['1.1.0']))).toEqual(conflict);
    }
    await parts.lifecycle.setStatus(any._id, 'CANCELED');
    await create('difference');
    expect(await refusal(create('three', ['1.1.0']))).toEqual(conflict);
  });

  test('R-BAT-20 R-PKG-9 a verification is in nobody’s way, and nothing is in its', async () => {
    const verify = () => parts.core.batches.verify(operator, { packageId: 'three', deviceNames: ['dev-a'] });
    await verify();
    await create('two');
    await expect(verify()).resolves.toMatchObject({ kind: 'verification' });
  });

  test('R-BAT-20 by default nothing is refused, and what was refused is taken once the setting is off', async () => {
    await create('two');
    expect(await refusal(create('three'))).toEqual(conflict);
    expect(await parts.core.products.update(operator, 'meter', { refuseConflictingBatches: false })).toMatchObject({ name: 'Water meter' });
    await expect(create('three')).resolves.toMatchObject({ packageId: 'three' });
  });

  test('R-BAT-20 of creations at the same instant, in two processes, one passes', async () => {
    const other = await connectStore(process.env.UPDRAFT_TEST_MONGODB_URI ?? '', { dbName: store.connection.name });
    const elsewhere = await partsOver(other);
    try {
      for (let round = 0; round < 10; round++) {
        const ends = await Promise.allSettled([
          create('two', ['1.0.0', '1.1.0'], parts),
          create('three', ['1.1.0'], elsewhere),
          create('difference', [], parts),
          create('three', [], elsewhere),
        ]);
        const live = await store.collections.batches.find().toArray();
        const made = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
        expect(live.map(({ _id }) => _id).sort()).toEqual(made.map(({ _id }) => _id).sort());
        expect(new Set(live.map(({ packageId }) => packageId)).size).toBe(1);
        const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
        for (const reason of refused) expect(reason).toMatchObject({ code: 'BATCH_CONFLICT', conflictingId: expect.any(String) });
        expect(refused.length).toBeGreaterThanOrEqual(2);
        await store.collections.batches.deleteMany({});
      }
    } finally {
      await elsewhere.close();
      await other.close();
    }
  });

  test('R-BAT-20 one idempotency key at the same instant makes one batch', async () => {
    const input = { packageId: 'two', scope: { kind: 'all' as const }, policy, idempotencyKey: 'june' };
    const [one, other] = await Promise.all([1, 2].map(() => parts.core.batches.createStatic(operator, input)));
    expect(one?._id).toBe(other?._id);
  });
});

test('R-BAT-20 a product is changed field by field, by operators, and has to exist', async () => {
  const { update } = parts.core.products;
  expect(await update(operator, 'meter', { name: ' Gas meter ' })).toMatchObject({ name: 'Gas meter', refuseConflictingBatches: true });
  expect(await update(operator, 'meter', {})).toMatchObject({ name: 'Gas meter' });
  expect(await refusal(update(operator, 'meter', { name: '' }))).toEqual([{ code: 'REQUIRED', field: 'name' }]);
  expect(await refusal(update(operator, 'none', {}))).toEqual([{ code: 'PRODUCT_UNKNOWN', field: 'key' }]);
  expect(await refusal(update(spectator, 'meter', { name: 'x' }))).toEqual([{ code: 'NOT_ALLOWED' }]);
});
