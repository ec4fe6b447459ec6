import { aPackage, aTask } from '../support/builders';
import { administrator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

const HOUR = 3_600_000;
let api: TestApi;
let app: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(administrator, { key: 'meter', name: 'Water meter' });
  await api.core.devices.register(administrator, 'meter', [{ deviceName: 'mine', owner: 'user-1' }, { deviceName: 'other' }]);
  await api.store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
  const { key } = await api.core.access.createKey(administrator, { name: 'server', role: 'ISSUER' });
  const token = 'mutation { createAppToken(input: { owner: "user-1", minutes: 60 }) { token } }';
  app = ((await api.ask(token, {}, key)).data.createAppToken as { token: string }).token;
});
afterAll(() => api.stop());
afterEach(() => api.store.collections.tasks.deleteMany({}));

const POLICY = 'policy { confirmation deferral { maxTimes maxHours } }';
const CREATE = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) { batch { id ${POLICY} } userErrors { code field limit } } }`;
const UPDATE = `mutation ($input: UpdateBatchInput!) { updateBatch(input: $input) { batch { ${POLICY} edits { fields } } userErrors { code field } } }`;
const DEFER = `mutation ($input: DeferTasksInput!) { deferTasks(input: $input) {
  tasks { status waitingFor waitsUntil deferral { times timesLeft latest until at by } } userErrors { code field limit } } }`;
const LIST =
  'query ($id: ID!) { unfinishedTasks(deviceId: $id) { edges { node { id waitingFor deferral { times timesLeft latest by } } } } }';

type Created = { batch: { id: string; policy: object } | null; userErrors: object[] };
const create = async (fields: object) => {
  const input = { packageId: 'package1', scope: { all: true }, pushRate: { perMinute: 60 }, ...fields };
  return (await api.ask(CREATE, { input })).data.createStaticBatch as Created;
};
async function asked(fields: object = {}): Promise<string[]> {
  const { batch } = await create({ confirmation: true, ...fields });
  const tasks = ['mine', 'other'].map((deviceName) =>
    aTask({
      productKey: 'meter',
      deviceName,
      batchId: batch?.id ?? '',
      status: 'UNCONFIRMED',
      offerAt: null,
      reachable: false,
      gatewayId: null,
    }),
  );
  await api.store.collections.tasks.insertMany(tasks);
  return tasks.map(({ _id }) => _id);
}
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
const defer = async (taskIds: string[], until: string, key?: string) =>
  (await api.ask(DEFER, { input: { taskIds, until } }, key)).data.deferTasks;

test.each<[object, object | null]>([
  [{}, null],
  [{ confirmation: true }, { maxTimes: 3, maxHours: 168 }],
  [
    { confirmation: true, deferral: { maxTimes: 0 } },
    { maxTimes: 0, maxHours: 168 },
  ],
  [
    { confirmation: true, deferral: { maxTimes: 5, maxHours: 12 } },
    { maxTimes: 5, maxHours: 12 },
  ],
])('R-TASK-12 a batch is created with %j', async (fields, deferral) => {
  expect((await create(fields)).batch).toMatchObject({ policy: { deferral } });
});

test.each<[object, object]>([
  [{ deferral: { maxTimes: 1 } }, { code: 'DEFERRAL_UNUSED', field: 'deferral', limit: null }],
  [
    { confirmation: true, deferral: { maxTimes: 101 } },
    { code: 'OUT_OF_RANGE', field: 'deferral.maxTimes', limit: '0–100' },
  ],
  [
    { confirmation: true, deferral: { maxTimes: 1, maxHours: 0 } },
    { code: 'OUT_OF_RANGE', field: 'deferral.maxHours', limit: '1–720' },
  ],
])('R-TASK-12 a batch with %j is refused', async (fields, expected) => {
  expect(await create(fields)).toEqual({ batch: null, userErrors: [expected] });
});

test('R-TASK-12 R-UI-4 an app sees what it may do, and does it; the operator sees who', async () => {
  const [mine = '', others = ''] = await asked();
  const { viewer } = (await api.ask('{ viewer { actorId } }', {}, app)).data as { viewer: { actorId: string } };
  const listed = async (key?: string) => {
    const { unfinishedTasks } = (await api.ask(LIST, { id: 'meter.mine' }, key)).data as { unfinishedTasks: { edges: { node: object }[] } };
    return unfinishedTasks.edges[0]?.node;
  };
  const untouched = { times: 0, timesLeft: 3, latest: expect.any(String), by: null };
  expect(await listed(app)).toEqual({ id: mine, waitingFor: 'CONFIRMATION', deferral: untouched });
  const until = inHours(10);
  const now = { times: 1, timesLeft: 2, latest: expect.any(String), until, at: expect.any(String), by: viewer.actorId };
  const answer = {
    tasks: [{ status: 'UNCONFIRMED', waitingFor: 'CONFIRMATION_DEFERRED', waitsUntil: until, deferral: now }],
    userErrors: [],
  };
  expect(await defer([mine], until, app)).toEqual(answer);
  expect(await defer([mine], until, app)).toEqual(answer);
  expect(await listed()).toMatchObject({ waitingFor: 'CONFIRMATION_DEFERRED', deferral: { by: viewer.actorId } });
  const operators = await defer([mine, others], inHours(20));
  expect(operators).toMatchObject({ tasks: [{ deferral: { times: 2, by: expect.not.stringMatching(/^user:/) } }, {}], userErrors: [] });
  expect(await listed(app)).toMatchObject({ deferral: { times: 2, timesLeft: 1, by: null } });
  const refused = await api.ask(DEFER, { input: { taskIds: [others], until } }, app);
  expect(refused.errors?.map(({ extensions }) => extensions.code)).toEqual(['NOT_ALLOWED']);
  await api.core.tasks.confirm(administrator, [mine]);
  expect(await listed()).toMatchObject({ waitingFor: 'DEVICE_OFFLINE', deferral: { times: 2, timesLeft: 0, latest: null } });
  expect(await defer([mine], inHours(30), app)).toEqual({
    tasks: null,
    userErrors: [{ code: 'TASK_STATE', field: 'taskIds.0', limit: null }],
  });
});

test('R-TASK-12 what may not be is refused with its field and its limit', async () => {
  const ids = await asked({ deferral: { maxTimes: 1, maxHours: 24 } });
  const [mine = ''] = ids;
  const wrong = async (until: string) => ((await defer([mine], until, app)) as { userErrors: { limit: string }[] }).userErrors;
  expect(await wrong('2020-01-01T00:00:00Z')).toEqual([
    { code: 'DEFERRAL_OUT_OF_RANGE', field: 'until', limit: expect.stringMatching(/^> 20/) },
  ]);
  for (const until of [inHours(25), '9999-12-31T23:59:59Z'])
    expect(await wrong(until)).toEqual([{ code: 'DEFERRAL_OUT_OF_RANGE', field: 'taskIds.0', limit: expect.stringMatching(/^≤ 20/) }]);
  expect(await wrong(inHours(1))).toEqual([]);
  expect(await wrong(inHours(2))).toEqual([{ code: 'DEFERRAL_LIMIT', field: 'taskIds.0', limit: '1' }]);
  for (const until of ['tonight', '', '2026-13-01T00:00:00Z', 'x'.repeat(10_000)])
    expect((await api.ask(DEFER, { input: { taskIds: [mine], until } }, app)).errors).toHaveLength(1);
  expect(await api.core.tasks.get(mine)).toMatchObject({ deferral: { times: 1 } });
});

test('R-TASK-12 R-BAT-16 an operator allows more, or none, while the batch runs', async () => {
  const [mine = ''] = await asked({ deferral: { maxTimes: 1, maxHours: 24 } });
  const batchId = (await api.core.tasks.get(mine))?.batchId;
  const update = async (deferral: object) => (await api.ask(UPDATE, { input: { batchId, deferral } })).data.updateBatch;
  expect(await update({ maxTimes: 0 })).toEqual({
    batch: { policy: { confirmation: true, deferral: { maxTimes: 0, maxHours: 168 } }, edits: [{ fields: ['DEFERRAL'] }] },
    userErrors: [],
  });
  expect(await defer([mine], inHours(1), app)).toMatchObject({ userErrors: [{ code: 'DEFERRAL_LIMIT', limit: '0' }] });
  expect(await update({ maxTimes: 2 })).toMatchObject({ userErrors: [] });
  expect(await defer([mine], inHours(1), app)).toMatchObject({ tasks: [{ deferral: { timesLeft: 1 } }] });
  expect(await update({ maxTimes: 1_000_000 })).toEqual({
    batch: null,
    userErrors: [{ code: 'OUT_OF_RANGE', field: 'deferral.maxTimes' }],
  });
});
