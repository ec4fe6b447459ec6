import { startTestApi, type TestApi } from './support/test-api';

const asked: unknown[] = [];
let made = 0;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    replace: (core) => ({
      ...core,
      batches: {
        ...core.batches,
        cancel: async (viewer, id, statuses) => {
          asked.push(statuses);
          return core.batches.cancel(viewer, id, statuses);
        },
      },
    }),
  });
  await api.ask('mutation { createProduct(input: { key: "stops", name: "Meters" }) { product { key } } }');
  await api.ask(
    'mutation { registerDevices(input: { productKey: "stops", devices: [{ deviceName: "meter-1" }] }) { devices { secret } } }',
  );
});
afterAll(() => api.stop());

async function createBatch(): Promise<{ packageId: string; batchId: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ productKey: 'stops', name: 'fw_2', version: `2.${made++}` })) form.set(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const headers = { authorization: `Bearer ${api.keys.operator}` };
  const { id } = (await (await fetch(`${api.url}/packages`, { method: 'POST', body: form, headers })).json()) as { id: string };
  const create = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) { batch { id } } }`;
  const { data } = await api.ask(create, { input: { packageId: id, scope: { all: true }, pushRate: { perMinute: 60 } } });
  return { packageId: id, batchId: (data.createStaticBatch as { batch: { id: string } }).batch.id };
}

test('R-BAT-18 a batch is canceled as a whole, or some of its tasks, as its caller says', async () => {
  const { batchId } = await createBatch();
  const cancel = `mutation ($input: CancelBatchInput!) { cancelBatch(input: $input) { batch { id } canceled userErrors { code field } } }`;
  const answer = async (statuses?: string[]) => (await api.ask(cancel, { input: { batchId, statuses } })).data.cancelBatch;
  const done = { batch: { id: batchId }, canceled: 0, userErrors: [] };
  expect([await answer(), await answer(['SCHEDULED', 'UNCONFIRMED'])]).toEqual([done, done]);
  expect(asked).toEqual([undefined, ['SCHEDULED', 'UNCONFIRMED']]);
  expect(await answer([])).toEqual({ batch: null, canceled: null, userErrors: [{ code: 'REQUIRED', field: 'statuses' }] });
});

test('R-BAT-18 tasks are canceled by package and device, and the answer names them', async () => {
  const { packageId } = await createBatch();
  const cancel = `mutation ($input: CancelTasksInput!) { cancelTasks(input: $input) { canceled tasks { id status } userErrors { code field } } }`;
  const answer = async (input: object) =>
    (await api.ask(cancel, { input: { packageId, deviceIds: ['stops.meter-1'], ...input } })).data.cancelTasks;
  expect(await answer({ statuses: ['QUEUED'] })).toEqual({ canceled: 0, tasks: [], userErrors: [] });
  expect(await answer({ deviceIds: [] })).toEqual({ canceled: null, tasks: null, userErrors: [{ code: 'REQUIRED', field: 'deviceIds' }] });
});

test('R-BAT-19 deleting a batch that has ended answers with what went, and who follows it sees the end', async () => {
  const { batchId } = await createBatch();
  const remove = `mutation ($input: BatchCommandInput!) { deleteBatch(input: $input) { batchId tasks userErrors { code field } } }`;
  const answer = async () => (await api.ask(remove, { input: { batchId } })).data.deleteBatch;
  expect(await answer()).toEqual({ batchId: null, tasks: null, userErrors: [{ code: 'BATCH_STATE', field: 'batchId' }] });
  await api.store.collections.batches.updateOne({ _id: batchId }, { $set: { status: 'FINISHED' } });
  const following = api.socket().iterate({
    query: 'subscription ($id: ID!) { batchProgress(batchId: $id) { ... on BatchProgress { batch { id } } } }',
    variables: { id: batchId },
  });
  expect((await following.next()).done).toBe(false);
  expect(await answer()).toEqual({ batchId, tasks: 0, userErrors: [] });
  while (!(await following.next()).done);
  const { errors } = await api.ask('query ($id: ID!) { batch(id: $id) { id } }', { id: batchId });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND']);
});
