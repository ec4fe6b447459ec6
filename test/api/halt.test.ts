import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
let packageId: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.ask('mutation { createProduct(input: { key: "halts", name: "Meters" }) { product { key } } }');
  await api.ask(
    'mutation { registerDevices(input: { productKey: "halts", devices: [{ deviceName: "meter-1" }] }) { devices { secret } } }',
  );
  const form = new FormData();
  for (const [name, value] of Object.entries({ productKey: 'halts', name: 'fw_2', version: '2.0.0' })) form.set(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const headers = { authorization: `Bearer ${api.keys.operator}` };
  packageId = ((await (await fetch(`${api.url}/packages`, { method: 'POST', body: form, headers })).json()) as { id: string }).id;
});
afterAll(() => api.stop());

const CREATE = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
  batch { policy { halt { failedPercent failedCount minimumJudged minimumFinished } } } userErrors { code field } } }`;
const create = async (halt?: object) =>
  (await api.ask(CREATE, { input: { packageId, scope: { all: true }, pushRate: { perMinute: 60 }, halt } })).data.createStaticBatch;

test('R-BAT-24 a batch shows the failure threshold it was created with', async () => {
  const halt = { failedPercent: 5, failedCount: null, minimumJudged: 100, minimumFinished: 100 };
  expect(await create({ failedPercent: 5, minimumJudged: 100 })).toEqual({ batch: { policy: { halt } }, userErrors: [] });
  expect(await create()).toEqual({ batch: { policy: { halt: null } }, userErrors: [] });
});

test('R-BAT-24 the older name of the minimum goes on working, in what is sent and in what is read', async () => {
  const halt = { failedPercent: 5, failedCount: null, minimumJudged: 100, minimumFinished: 100 };
  expect(await create({ failedPercent: 5, minimumFinished: 100 })).toEqual({ batch: { policy: { halt } }, userErrors: [] });
  expect(await create({ failedPercent: 5, minimumFinished: 100, minimumJudged: 100 })).toMatchObject({ userErrors: [] });
});

test.each<[string, object, object]>([
  ['R-BAT-24 a threshold that names neither share nor number is refused', { minimumJudged: 100 }, { code: 'REQUIRED', field: 'halt' }],
  ['R-BAT-24 a threshold without a minimum is refused', { failedCount: 1 }, { code: 'REQUIRED', field: 'halt.minimumJudged' }],
  [
    'R-BAT-24 two names of the minimum with two numbers are refused',
    { failedCount: 1, minimumJudged: 2, minimumFinished: 3 },
    { code: 'ALIAS_DIFFERS', field: 'halt.minimumFinished' },
  ],
])('%s', async (_name, halt, refused) => {
  expect(await create(halt)).toEqual({ batch: null, userErrors: [refused] });
});

test('R-BAT-23 R-BAT-24 a preview says how early the batch can halt', async () => {
  const preview = async (halt?: object) => {
    const input = { packageId, scope: { all: true }, pushRate: { perMinute: 60 }, halt };
    const query = `query ($input: CreateStaticBatchInput!) { previewBatch(input: $input) {
      preview { toPush earliestHalt { devices inFlight at possible } } userErrors { code } } }`;
    const { previewBatch } = (await api.ask(query, { input })).data as { previewBatch?: { preview: { earliestHalt: object | null } } };
    return previewBatch?.preview.earliestHalt;
  };
  expect(await preview()).toBeNull();
  expect(await preview({ failedPercent: 50, minimumJudged: 20 })).toEqual({ devices: 20, inFlight: 0, at: null, possible: false });
});

test('R-BAT-24 counts tell who is failing and who went back, and each task its outcome', async () => {
  const { data } = await api.ask(
    '{ batches(first: 1) { edges { node { counts { total failing regressed } tasks(first: 1) { edges { node { outcome judgedAt } } } } } } failureCauses { code countsForHalt } }',
  );
  const { batches, failureCauses } = data as object as {
    batches: { edges: { node: { counts: object } }[] };
    failureCauses: { countsForHalt: boolean }[];
  };
  expect(batches.edges[0]?.node.counts).toMatchObject({ failing: 0, regressed: 0 });
  const counting = failureCauses.filter(({ countsForHalt }) => countsForHalt);
  expect(counting).toContainEqual({ code: 'FIRMWARE_UPDATE_FAILED', countsForHalt: true });
  expect(counting).not.toContainEqual({ code: 'DEVICE_REMOVED', countsForHalt: true });
});
