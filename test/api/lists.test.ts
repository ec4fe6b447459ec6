import { type PackageOnApi, packageOnApi } from './support/package-on-api';

let on: PackageOnApi;
beforeAll(async () => {
  on = await packageOnApi();
  const devices = ['a', 'b', 'c'].map((name) => ({ deviceName: `list-${name}`, tags: [{ key: 'wave', value: name === 'c' ? '2' : '1' }] }));
  await on.api.ask(
    'mutation ($devices: [NewDeviceInput!]!) { registerDevices(input: { productKey: "meters", devices: $devices }) { devices { secret } } }',
    { devices },
  );
});
afterAll(() => on.api.stop());

const DEVICES = `query ($filter: DeviceFilterInput, $order: SortOrder, $after: String) {
  devices(first: 1, filter: $filter, order: $order, after: $after) { totalCount edges { node { deviceName } } pageInfo { hasNextPage endCursor } } }`;

test('R-UI-3 devices are listed by tag, dialect and state, either way, and counted', async () => {
  const filter = { tag: { key: 'wave', value: '1' }, dialect: 'LINK', enabled: true };
  const first = await on.api.ask(DEVICES, { filter, order: 'DESCENDING' }, on.api.keys.viewer);
  expect(first.errors).toBeUndefined();
  expect(first.data.devices).toMatchObject({ totalCount: 2, edges: [{ node: { deviceName: 'list-b' } }], pageInfo: { hasNextPage: true } });
  const { endCursor } = (first.data.devices as { pageInfo: { endCursor: string } }).pageInfo;
  const next = await on.api.ask(DEVICES, { filter, order: 'DESCENDING', after: endCursor });
  expect(next.data.devices).toMatchObject({ totalCount: 2, edges: [{ node: { deviceName: 'list-a' } }], pageInfo: { hasNextPage: false } });
  const wrong = await on.api.ask(DEVICES, { filter: { tag: { key: 'a.b', value: '' } } });
  expect(wrong.errors?.map(({ extensions }) => [extensions.code, extensions.field])).toEqual([['INVALID_FORMAT', 'filter.tag.key']]);
});

test('R-UI-3 batches are listed by text, statuses and dates, and tasks by cause', async () => {
  const create = 'mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) { batch { id } } }';
  const input = { packageId: on.packageId, name: 'June (1)', scope: { all: true }, pushRate: { perMinute: 60 } };
  const { id } = ((await on.api.ask(create, { input })).data.createStaticBatch as { batch: { id: string } }).batch;
  const list = `query ($filter: BatchFilterInput, $order: SortOrder) { batches(filter: $filter, order: $order) { totalCount edges { node { id } } } }`;
  const filter = { text: 'june (', statuses: ['STARTING', 'PAUSED'], createdFrom: '2026-01-01T00:00:00Z' };
  const found = { totalCount: 1, edges: [{ node: { id } }] };
  expect((await on.api.ask(list, { filter, order: 'ASCENDING' })).data.batches).toEqual(found);
  expect((await on.api.ask(list, { filter: { ...filter, createdBefore: '2026-01-02T00:00:00Z' } })).data.batches).toMatchObject({
    totalCount: 0,
  });
  const tasks = `query ($id: ID!) { batch(id: $id) { tasks(filter: { cause: LOW_BATTERY }) { totalCount edges { node { id } } } } }`;
  expect((await on.api.ask(tasks, { id })).data).toEqual({ batch: { tasks: { totalCount: 0, edges: [] } } });
});

test('R-UI-3 a list that cannot tell how long it is says null', async () => {
  const { data, errors } = await on.api.ask('{ product(key: "meters") { modules { totalCount edges { node { name } } } } }');
  expect(errors).toBeUndefined();
  expect(data.product).toMatchObject({ modules: { totalCount: null } });
});
