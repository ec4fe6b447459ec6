import { aPackage, aTask } from '../support/builders';
import { administrator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(administrator, { key: 'meter', name: 'Water meter' });
  await api.core.devices.register(administrator, 'meter', [{ deviceName: 'dev-1' }]);
  await api.store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
});
afterAll(() => api.stop());

const CREATE = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
  batch { id policy { confirmation overridePrevious } } userErrors { code } } }`;
const RETRY = `mutation ($input: RetryTasksInput!) { retryTasks(input: $input) {
  batch { status } reinitiated skippedCount skipped { taskId reason } userErrors { code field } } }`;
const input = { packageId: 'package1', scope: { all: true }, pushRate: { perMinute: 60 } };

test.each([
  [{}, { confirmation: false, overridePrevious: false }],
  [{ confirmation: true }, { confirmation: true, overridePrevious: false }],
  [{ overridePrevious: true }, { confirmation: false, overridePrevious: true }],
])('R-TASK-8 R-BAT-11 a batch is created with %j', async (fields, policy) => {
  const { data } = await api.ask(CREATE, { input: { ...input, ...fields } });
  expect(data.createStaticBatch).toMatchObject({ batch: { policy }, userErrors: [] });
});

test('R-BAT-21 failed tasks are re-initiated; what is passed over is told, what is wrong is refused', async () => {
  const { data } = await api.ask(CREATE, { input });
  const { id: batchId } = (data.createStaticBatch as { batch: { id: string } }).batch;
  const taskId = `${batchId}.meter.dev-1`;
  await api.store.collections.tasks.deleteMany({});
  await api.store.collections.tasks.insertOne(aTask({ batchId, productKey: 'meter', deviceName: 'dev-1', status: 'FAILED' }));
  await api.store.collections.batches.updateOne({ _id: batchId }, { $set: { status: 'FINISHED' } });
  const retry = async (fields: object) => (await api.ask(RETRY, { input: { batchId, ...fields } })).data.retryTasks;
  expect(await retry({ all: true })).toEqual({
    batch: { status: 'RUNNING' },
    reinitiated: 1,
    skippedCount: 0,
    skipped: [],
    userErrors: [],
  });
  expect(await retry({ taskIds: [taskId] })).toMatchObject({
    reinitiated: 0,
    skippedCount: 1,
    skipped: [{ taskId, reason: 'NOT_FAILED' }],
  });
  expect(await retry({})).toMatchObject({ batch: null, reinitiated: null, userErrors: [{ code: 'REQUIRED', field: 'taskIds' }] });
});
