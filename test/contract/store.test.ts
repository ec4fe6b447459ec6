import type { Store } from '../../schema/mongo/connect';
import { runsOneOf } from '../../schema/mongo/devices';
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
