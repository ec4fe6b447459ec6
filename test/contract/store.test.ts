import type { Store } from '../../schema/mongo/connect';
import { runsOneOf } from '../../schema/mongo/devices';
import { aPackage, aTask } from '../support/builders';
import { testStore } from '../support/store';

let store: Store;
beforeAll(async () => {
  store = await testStore({ isNew: true });
});
afterAll(() => store.close());

test('ensureIndexes may run again, and in two processes at once', async () => {
  await expect(Promise.all([store.ensureIndexes(), store.ensureIndexes()])).resolves.toBeDefined();
});

test('devices of a product by module version are found in the index', async () => {
  const filter = { productKey: 'pk', ...runsOneOf('default', ['1.0.0', '1.1.0']) };
  const plan = await store.collections.devices.find(filter).explain('queryPlanner');
  expect(JSON.stringify(plan)).toContain('productKey_1_moduleVersions_1__id_1');
});

test('R-BAT-8 the store holds one active task a device and module, and any number of ended ones', async () => {
  const indexes = await store.collections.tasks.indexes();
  expect(indexes.find((index) => index.unique && index.key.deviceId === 1 && index.key.module === 1)?.partialFilterExpression).toEqual({
    active: true,
  });
});

test('the schemas take what is stored, and know every field of it', async () => {
  const { tasks, packages } = store.models;
  const task = aTask({ cause: 'DEVICE_UPGRADE_TIMEOUT' });
  const firmware = aPackage();
  expect(new tasks(task, undefined, { strict: 'throw' }).toObject()).toEqual(task);
  await expect(new tasks(task).validate()).resolves.toBeUndefined();
  expect(new packages(firmware, undefined, { strict: 'throw' }).toObject()).toEqual(firmware);
  await expect(new packages(firmware).validate()).resolves.toBeUndefined();
});
