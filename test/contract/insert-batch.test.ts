import { insertOnce } from '../../core/batches/insert';
import type { CoreParts } from '../../core/core-parts';
import type { Batch } from '../../schema/model/batch/batch';
import { aPackage } from '../support/builders';
import { handClock, operator, settingsWith } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const DAY_MS = 24 * 60 * 60 * 1_000;
const clock = handClock();

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  parts = await meters({ store, engine: quietEngine(), clock }, named(['dev-a']));
  await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
});

const policy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null } as const;
const create = (idempotencyKey: string) =>
  parts.core.batches.createStatic(operator, { packageId: 'package1', scope: { kind: 'all' }, policy, idempotencyKey });

test('R-PKG-14 a batch whose package is deleted between its draft and its place in the store is refused, and not there', async () => {
  const { _id, ...fields } = await create('june');
  const { batches, packages } = store.collections;
  await batches.deleteMany({});
  const draft = async () => {
    await packages.updateOne({ _id: 'package1' }, { $set: { deletedAt: clock() } });
    return { batch: { ...fields, _id } as Batch, repeated: false };
  };
  await expect(insertOnce({ store, settings: settingsWith() }, draft)).rejects.toMatchObject({
    code: 'PACKAGE_UNKNOWN',
    field: 'packageId',
  });
  expect(await batches.countDocuments()).toBe(0);
});

test('R-UI-1 an idempotency key gives its batch for a day, and then is free again', async () => {
  const first = await create('june');
  clock.advance(DAY_MS - 1);
  expect((await create('june'))._id).toBe(first._id);
  clock.advance(2);
  expect((await create('june'))._id).not.toBe(first._id);
  expect(await store.collections.batches.countDocuments()).toBe(2);
});
