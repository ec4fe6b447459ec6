import { type GraphQLObjectType, getNamedType, isLeafType, isNonNullType, isObjectType } from 'graphql';
import { buildApiSchemas } from '../../api/schema';
import { appFieldsOf } from '../../core/access/permissions/types';
import type { Batch } from '../../schema/model/batch/batch';
import type { Task } from '../../schema/model/task/task';
import { aPackage, aTask } from '../support/builders';
import { administrator, operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

const task = aTask({ productKey: 'meter', deviceName: 'mine', status: 'UNCONFIRMED', offerAt: null, reachable: false, gatewayId: null });

const batch: Batch = {
  ...{
    _id: task.batchId,
    name: 'Spring update',
    productKey: 'meter',
    packageId: task.packageId,
    module: 'default',
    targetVersion: '2.0.0',
  },
  ...{ kind: 'static', scope: { kind: 'all' }, sourceVersions: [], status: 'RUNNING', statusReason: null, selection: null },
  policy: { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null },
  ...{ idempotency: null, createdBy: 'key1', createdAt: new Date(), updatedAt: new Date(), startedAt: null, endedAt: null },
};

let api: TestApi;
let token: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(administrator, { key: 'meter', name: 'Water meter' });
  await api.core.devices.register(operator, 'meter', [
    { deviceName: 'mine', owner: 'user-1' },
    { deviceName: 'second', owner: 'user-1' },
    { deviceName: 'other', owner: 'user-2' },
  ]);
  const { collections } = api.store;
  const modules = { default: { version: '1.0.0', reportedAt: new Date() } };
  await collections.devices.updateOne({ _id: 'meter.mine' }, { $set: { modules, moduleVersions: ['default=1.0.0'] } });
  await collections.packages.insertOne(
    aPackage({ _id: task.packageId, productKey: 'meter', name: 'meter_fw', description: 'Spring', customInfo: 'Reads faster.' }),
  );
  await collections.batches.insertOne(batch);
  await collections.tasks.insertOne(task);
  const { key } = await api.core.access.createKey(administrator, { name: 'server', role: 'ISSUER' });
  const viewer = await api.core.access.authenticate(key);
  if (!viewer) throw new Error('The key is none.');
  token = (await api.core.access.createAppToken(viewer, { owner: 'user-1', minutes: 60 })).token;
});
afterAll(() => api?.stop());

const asApp = (query: string, variables = {}) => api.ask(query, variables, token);

const VIEW = `id deviceName sourceVersion targetVersion status progress waitingFor waitsUntil cause { code description recommendation }
  device { deviceName online modules { name version } }
  package { name description customInfo version files { size } }
  batch { name }`;

test('R-DEV-7 R-UI-4 an app sees what its user is asked to confirm, over HTTP and live', async () => {
  const seen = {
    ...{ id: task._id, deviceName: 'mine', status: 'UNCONFIRMED', waitingFor: 'CONFIRMATION', progress: null, cause: null },
    device: { deviceName: 'mine', online: false, modules: [{ name: 'default', version: '1.0.0' }] },
    package: { name: 'meter_fw', description: 'Spring', customInfo: 'Reads faster.', files: [{ size: expect.any(Number) }] },
    batch: { name: 'Spring update' },
  };
  const { data, errors } = await asApp(`{ viewer { owner } unfinishedTasks { edges { node { ${VIEW} } } } }`);
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ viewer: { owner: 'user-1' }, unfinishedTasks: { edges: [{ node: seen }] } });

  const live = api.socket({ authorization: `Bearer ${token}` }).iterate({
    query: `subscription { deviceTasks(after: "") { ... on Resync { cursor } ... on TaskChange { task { ${VIEW} device { owner tags { key } } } } } }`,
  });
  await live.next();
  await api.store.collections.tasks.updateOne({ _id: task._id }, { $set: { causeText: 'nudge' } });
  const { value } = await live.next();
  expect(value.data).toMatchObject({ deviceTasks: { task: { ...seen, device: { ...seen.device, owner: null, tags: null } } } });
  expect(value.errors?.map(({ path }: { path: string[] }) => path.join('.')).sort()).toEqual([
    'deviceTasks.task.device.owner',
    'deviceTasks.task.device.tags',
  ]);
  await live.return?.();
});

const { ofAll, ofApps } = buildApiSchemas();
const typeOf = (name: string) => ofApps.getType(name) as GraphQLObjectType;
const refusedOf = (name: string) => Object.values(typeOf(name).getFields()).filter((field) => !appFieldsOf(name)?.includes(field.name));

/** A field as it can be asked for: whatever is behind it. */
function selection(field: ReturnType<typeof refusedOf>[number]): string {
  const type = getNamedType(field.type);
  return isLeafType(type) ? field.name : `${field.name} { __typename }`;
}

test.each([
  ['Task', ['task'], (fields: string) => fields],
  ['Device', ['task', 'device'], (fields: string) => `device { ${fields} }`],
  ['DeviceModule', ['task', 'device', 'modules', 0], (fields: string) => `device { modules { ${fields} } }`],
  ['Package', ['task', 'package'], (fields: string) => `package { ${fields} }`],
  ['PackageFile', ['task', 'package', 'files', 0], (fields: string) => `package { files { ${fields} } }`],
  ['Batch', ['task', 'batch'], (fields: string) => `batch { ${fields} }`],
] as const)('R-UI-4 whatever else there is of a %s is null for an app, with an error at that field', async (type, place, around) => {
  const refused = refusedOf(type);
  expect(refused.length).toBeGreaterThan(0);
  const { data, errors } = await asApp(`{ task(id: "${task._id}") { id ${around(`__typename ${refused.map(selection).join(' ')}`)} } }`);
  expect(errors?.map(({ path, extensions }) => [...(path as string[]), extensions.code])).toEqual(
    expect.arrayContaining(refused.map(({ name }) => [...place, name, 'NOT_ALLOWED'])),
  );
  expect(errors).toHaveLength(refused.length);
  const at = (place as readonly (string | number)[]).reduce<unknown>((thing, step) => (thing as Record<string, unknown>)[step], data);
  expect(at).toMatchObject({ __typename: type, ...Object.fromEntries(refused.map(({ name }) => [name, null])) });
  expect((data.task as { id: string }).id).toBe(task._id);
});

test('R-UI-4 what may be refused to apps can be null in their schema, and in nobody else’s', () => {
  const type = ofAll.getType('Device');
  expect(isObjectType(type) && isNonNullType(type.getFields().dialect?.type)).toBe(true);
  for (const { name, type: fieldType } of refusedOf('Device'))
    expect({ name, isNull: !isNonNullType(fieldType) }).toEqual({ name, isNull: true });
});

test('R-DEV-7 an app lists the devices of its owner, in pages, also those without tasks', async () => {
  const page = async (after: string | null, filter = '{}') => {
    const query = `query ($after: String) { devices(first: 1, after: $after, filter: ${filter}) { edges { node { deviceName online } } pageInfo { hasNextPage endCursor } } }`;
    const { data, errors } = await asApp(query, { after });
    expect(errors).toBeUndefined();
    return data.devices as { edges: { node: { deviceName: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
  };
  const first = await page(null);
  const second = await page(first.pageInfo.endCursor);
  expect([...first.edges, ...second.edges].map(({ node }) => node.deviceName)).toEqual(['mine', 'second']);
  expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
  expect((await page(null, '{ productKey: "meter", namePrefix: "sec" }')).edges).toHaveLength(1);
  expect((await page(null, '{ productKey: "meter", namePrefix: "oth" }')).edges).toEqual([]);
  expect((await asApp('{ device(id: "meter.second") { deviceName online modules { version } } }')).data.device).toEqual({
    ...{ deviceName: 'second', online: false, modules: [] },
  });
});

test.each([
  '{ device(id: "meter.other") { id } }',
  '{ device(id: "meter.none") { id } }',
  '{ devices(filter: { owner: "user-2" }) { edges { node { id } } } }',
  '{ devices(filter: { parentId: "meter.other" }) { edges { node { id } } } }',
  '{ devices(filter: { productKey: "meter", province: "Bayern" }) { edges { node { id } } } }',
  '{ package(id: "package1") { name } }',
  '{ batch(id: "batch1") { name } }',
])('R-DEV-7 R-UI-4 an app does not get %s', async (query) => {
  const { data, errors } = await asApp(query);
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['NOT_ALLOWED']);
  expect(Object.values(data)).toEqual([null]);
});

test('R-DEV-7 what became of a device that had the name of an own one before is not seen, by none of the ways to a task', async () => {
  const { collections } = api.store;
  const [before, since] = [-60_000, 60_000].map((ms, index) =>
    aTask({ batchId: `again${index}`, productKey: 'meter', deviceName: 'second', status: 'FAILED', createdAt: new Date(Date.now() + ms) }),
  ) as [Task, Task];
  await collections.tasks.insertMany([before, since]);
  const ways =
    'query ($id: ID!) { tasks(filter: { deviceId: "meter.second" }) { edges { node { id } } } task(id: $id) { id } node(id: $id) { id } }';
  const listed = { tasks: { edges: [{ node: { id: since._id } }] } };
  const pages =
    'query ($after: String) { tasks(first: 1, after: $after, filter: { deviceId: "meter.second" }) { edges { node { id } } pageInfo { hasNextPage endCursor } } }';
  type Page = { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  const read: string[] = [];
  for (let page: Page | null = null; page === null || page.pageInfo.hasNextPage; ) {
    page = (await asApp(pages, { after: page?.pageInfo.endCursor ?? null })).data.tasks as Page;
    expect(page.pageInfo.endCursor).not.toBeNull();
    read.push(...page.edges.map(({ node }) => node.id));
  }
  expect(read).toEqual([since._id]);
  expect((await asApp(ways, { id: before._id })).data).toEqual({ ...listed, task: null, node: null });
  expect((await asApp(ways, { id: since._id })).data).toEqual({ ...listed, task: { id: since._id }, node: { id: since._id } });
  const all = await api.ask(ways, { id: before._id });
  expect(all.data).toMatchObject({ task: { id: before._id }, node: { id: before._id } });
  expect((all.data.tasks as { edges: object[] }).edges).toHaveLength(2);
  await collections.tasks.deleteMany({ _id: { $in: [before._id, since._id] } });
});
