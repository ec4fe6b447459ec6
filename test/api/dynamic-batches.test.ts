import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.ask('mutation { createProduct(input: { key: "flows", name: "Meters" }) { product { key } } }');
  await api.ask(
    'mutation { registerDevices(input: { productKey: "flows", devices: [{ deviceName: "meter-1" }, { deviceName: "meter-2" }] }) { devices { secret } } }',
  );
});
afterAll(() => api.stop());

async function upload(version: string): Promise<string> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ productKey: 'flows', name: `fw_${version.replaceAll('.', '_')}`, version }))
    form.set(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const headers = { authorization: `Bearer ${api.keys.operator}` };
  return ((await (await fetch(`${api.url}/packages`, { method: 'POST', body: form, headers })).json()) as { id: string }).id;
}

const BATCH = 'batch { id kind base matching newlyReportedOnly status sourceVersions scope { groupId all } }';
const ERRORS = 'userErrors { code field conflictingId }';
const CREATE = `mutation ($input: CreateDynamicBatchInput!) { createDynamicBatch(input: $input) { ${BATCH} ${ERRORS} } }`;
const CANCEL = `mutation ($input: CancelDynamicPolicyInput!) { cancelDynamicPolicy(input: $input) { ${BATCH} already canceled ${ERRORS} } }`;

interface Answered {
  batch: { id: string } | null;
  userErrors: object[];
}
const create = async (input: object, key = api.keys.operator) =>
  (await api.ask(CREATE, { input: { scope: { all: true }, pushRate: { perMinute: 60 }, sourceVersions: ['1.0.0'], ...input } }, key)).data
    ?.createDynamicBatch as Answered;
const cancel = async (input: object) => (await api.ask(CANCEL, { input })).data.cancelDynamicPolicy as Answered;

test('R-BAT-1 R-BAT-8 R-BAT-18 a dynamic batch is created, stands in the way of a second one, and its policy is canceled once', async () => {
  const packageId = await upload('2.0.0');
  const first = await create({ packageId, newlyReportedOnly: true });
  expect(first).toEqual({
    batch: {
      id: expect.any(String),
      kind: 'DYNAMIC',
      base: 'VERSION',
      matching: true,
      newlyReportedOnly: true,
      status: 'STARTING',
      sourceVersions: ['1.0.0'],
      scope: { groupId: null, all: true },
    },
    userErrors: [],
  });
  const batchId = first.batch?.id ?? '';
  expect(await create({ packageId })).toEqual({
    batch: null,
    userErrors: [{ code: 'DYNAMIC_BATCH_EXISTS', field: 'packageId', conflictingId: batchId }],
  });
  expect(await cancel({ batchId, statuses: ['QUEUED'] })).toMatchObject({
    batch: { id: batchId, matching: false },
    canceled: 0,
    userErrors: [],
  });
  expect(await cancel({ batchId, statuses: [] })).toMatchObject({ batch: null, userErrors: [{ code: 'REQUIRED', field: 'statuses' }] });
  expect(await cancel({ batchId })).toMatchObject({ batch: { id: batchId, matching: false }, already: true, canceled: 0, userErrors: [] });
  expect((await create({ packageId })).userErrors).toEqual([]);
});

test('R-BAT-15 one for a group is based on it', async () => {
  const made = await api.ask('mutation { createGroup(input: { name: "pilots" }) { group { id } } }');
  const { id: groupId } = (made.data.createGroup as { group: { id: string } }).group;
  const batch = { kind: 'DYNAMIC', base: 'GROUP', matching: true, newlyReportedOnly: false, scope: { groupId, all: false } };
  expect(await create({ packageId: await upload('3.0.0'), scope: { groupId } })).toMatchObject({ batch, userErrors: [] });
});

test('R-BAT-2 a share of the devices is refused, naming the field of the input; a schedule is no field of it', async () => {
  const packageId = await upload('4.0.0');
  expect(await create({ packageId, scope: { phased: { percent: 10 } } })).toEqual({
    batch: null,
    userErrors: [{ code: 'STATIC_ONLY', field: 'scope.phased', conflictingId: null }],
  });
  const { errors } = await api.ask(CREATE, { input: { packageId, scope: { all: true }, schedule: { startAt: new Date().toISOString() } } });
  expect(errors?.[0]?.message).toContain('schedule');
});

test('R-BAT-1 a static batch has no base and takes no further devices; how often a device was matched is on its task', async () => {
  const input = { packageId: await upload('5.0.0'), scope: { all: true }, pushRate: { perMinute: 60 } };
  const { data } = await api.ask(`mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) { ${BATCH} } }`, { input });
  const { batch } = data.createStaticBatch as { batch: { id: string } };
  expect(batch).toMatchObject({ kind: 'STATIC', base: null, matching: false, newlyReportedOnly: false });
  const filtered = await api.ask('{ batches(filter: { kind: DYNAMIC }) { edges { node { kind } } } }');
  const kinds = (filtered.data.batches as { edges: { node: { kind: string } }[] }).edges.map(({ node }) => node.kind);
  expect(new Set(kinds)).toEqual(new Set(['DYNAMIC']));
});

test('R-UI-4 a viewer creates none', async () => {
  const packageId = await upload('6.0.0');
  const { errors } = await api.ask(
    CREATE,
    { input: { packageId, scope: { all: true }, pushRate: { perMinute: 60 }, sourceVersions: ['1.0.0'] } },
    api.keys.viewer,
  );
  expect(errors?.[0]?.extensions.code).toBe('NOT_ALLOWED');
});

test('R-BAT-16 source versions and time-out of a dynamic batch are changed, those of a static one are not', async () => {
  const UPDATE =
    'mutation ($input: UpdateBatchInput!) { updateBatch(input: $input) { batch { sourceVersions policy { timeoutMinutes } edits { fields } } userErrors { code field } } }';
  const update = async (input: object) => (await api.ask(UPDATE, { input })).data.updateBatch;
  const packageId = await upload('3.3.0');
  const batchId = (await create({ packageId })).batch?.id;
  expect(await update({ batchId, sourceVersions: ['1.0.0', '1.2.0'], timeoutMinutes: 30 })).toEqual({
    batch: { sourceVersions: ['1.0.0', '1.2.0'], policy: { timeoutMinutes: 30 }, edits: [{ fields: ['SOURCE_VERSIONS', 'TIMEOUT'] }] },
    userErrors: [],
  });
  expect(await update({ batchId, timeoutMinutes: null })).toMatchObject({ batch: { policy: { timeoutMinutes: null } } });
  expect(await update({ batchId, sourceVersions: ['3.3.0'] })).toMatchObject({
    userErrors: [{ code: 'SOURCE_IS_TARGET', field: 'sourceVersions.0' }],
  });
  const CREATE_STATIC = 'mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) { batch { id } } }';
  const created = (await api.ask(CREATE_STATIC, { input: { packageId, scope: { all: true }, pushRate: { perMinute: 60 } } })).data;
  const { id } = (created.createStaticBatch as { batch: { id: string } }).batch;
  expect(await update({ batchId: id, timeoutMinutes: 30 })).toEqual({
    batch: null,
    userErrors: [{ code: 'BATCH_STATE', field: 'batchId' }],
  });
});
