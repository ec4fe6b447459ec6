import { deviceIdOf } from '../../schema/model/ids';
import { aTask } from '../support/builders';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const TASKS = `subscription ($filter: TaskFilterInput, $after: String) { taskChanges(filter: $filter, after: $after) {
  __typename ... on TaskChange { task { id status waitingFor device { deviceName } } cursor skipped dropped } ... on Resync { hint cursor } } }`;
const BATCH = `subscription ($id: ID!) { batchProgress(batchId: $id) {
  __typename ... on BatchProgress { id batch { id status counts { total queued succeeded } rate { asked reached } } counts { total queued succeeded } rate { asked reached } cursor } ... on Resync { hint } } }`;

test('R-UI-1 a change of a task comes over the WebSocket, and its cursor goes on behind it', async () => {
  const events = api.socket().iterate<{ taskChanges: { task: { id: string }; cursor: string } }>({
    query: TASKS,
    variables: { filter: { deviceId: deviceIdOf('meter', 'subA') } },
  });
  const first = events.next();
  // The server is listening once it has answered something else on the same connection.
  const task = aTask({ deviceName: 'subA', productKey: 'meter', reachable: false });
  let seen: Awaited<typeof first> | null = null;
  void first.then((result) => {
    seen = result;
  });
  await api.store.collections.tasks.insertOne(task);
  while (!seen) await api.store.collections.tasks.updateOne({ _id: task._id }, { $inc: { revision: 1 } });
  const change = (await first).value?.data?.taskChanges;
  expect(change).toMatchObject({
    __typename: 'TaskChange',
    task: { id: task._id, status: 'QUEUED', waitingFor: 'DEVICE_OFFLINE' },
    dropped: 0,
  });
  await events.return?.();

  const later = aTask({ deviceName: 'subA', productKey: 'meter', batchId: 'later', status: 'SUCCEEDED' });
  await api.store.collections.tasks.insertOne(later);
  const resumed = api.socket().iterate<{ taskChanges: { task: { id: string } } }>({
    query: TASKS,
    variables: { filter: { deviceId: deviceIdOf('meter', 'subA') }, after: change?.cursor },
  });
  const ids = new Set<string | undefined>();
  while (!ids.has(later._id)) ids.add((await resumed.next()).value?.data?.taskChanges.task.id);
  expect(ids.size).toBeLessThanOrEqual(2);
  await resumed.return?.();
});

test('R-UI-1 a batch that does not exist is an error of each subscription to it, with a cursor and without', async () => {
  for (const [query, variables] of [
    [TASKS, { filter: { batchId: 'nope' } }],
    [TASKS, { filter: { batchId: 'nope' }, after: '' }],
    [BATCH, { id: 'nope' }],
  ] as const) {
    const { value } = await api.socket().iterate({ query, variables }).next();
    expect(value?.errors).toMatchObject([{ message: 'There is no batch with this id.', extensions: { code: 'NOT_FOUND' } }]);
  }
});

test('R-UI-1 an unreadable cursor is answered with Resync', async () => {
  const events = api.socket().iterate({ query: TASKS, variables: { after: 'yesterday' } });
  expect((await events.next()).value?.data?.taskChanges).toMatchObject({
    __typename: 'Resync',
    hint: expect.any(String),
    cursor: expect.any(String),
  });
  await events.return?.();
});

test('R-UI-1 progress of a batch comes at once, with counts and rate', async () => {
  const { core, store } = api;
  const admin = { actorId: 'k', kind: 'KEY' as const, name: 'k', products: null, role: 'ADMINISTRATOR' as const };
  await core.products.create(admin, { key: 'subB', name: 'Meters' });
  await core.devices.register(admin, 'subB', [{ deviceName: 'meter-1' }]);
  const { Readable } = await import('node:stream');
  const pkg = await core.packages.create(
    admin,
    { productKey: 'subB', name: 'firmware', version: '2.0.0' },
    { name: 'fw.bin', stream: Readable.from([Buffer.from('x')]) },
  );
  const batch = await core.batches.createStatic(admin, {
    packageId: pkg._id,
    scope: { kind: 'all' },
    policy: { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null },
  });
  await store.collections.tasks.insertOne(aTask({ batchId: batch._id, productKey: 'subB', deviceName: 'meter-1' }));
  const events = api.socket().iterate({ query: BATCH, variables: { id: batch._id } });
  expect((await events.next()).value?.data?.batchProgress).toEqual({
    __typename: 'BatchProgress',
    id: batch._id,
    batch: { id: batch._id, status: 'STARTING', counts: { total: 1, queued: 1, succeeded: 0 }, rate: { asked: 600, reached: 0 } },
    counts: { total: 1, queued: 1, succeeded: 0 },
    rate: { asked: 600, reached: 0 },
    cursor: expect.any(String),
  });
  await events.return?.();
});

test('R-UI-1 a subscription to a batch that does not exist is refused with its code', async () => {
  const events = api.socket().iterate({ query: BATCH, variables: { id: 'none' } });
  const answer = await events.next().catch((errors: unknown) => ({ value: { errors } }));
  expect(answer.value).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
});
