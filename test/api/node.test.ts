import { buildSchema, isInterfaceType } from 'graphql';
import { withPermissions } from '../../api/access/permission-gate';
import { withProducts } from '../../api/access/product-gate';
import { buildApiSchemas } from '../../api/schema';
import { administrator, operator } from '../support/core-parts';
import { NOTHING, type Things, thingsOf } from './support/own-and-foreign';
import { startTestApi, type TestApi } from './support/test-api';

/** What `node` finds. */
const NODE_TYPES = ['Batch', 'Device', 'DeviceImport', 'DeviceList', 'Group', 'Package', 'Task'] as const;

let api: TestApi;
let own: Things;
let foreign: Things;
let group: string;
/** Limited to `ownMeters`; of the owner of a device there; of a server that makes tokens. */
const keys = { limited: '', app: '', issuer: '' };

beforeAll(async () => {
  api = await startTestApi();
  [own, foreign] = [await thingsOf(api, 'ownMeters'), await thingsOf(api, 'foreignMeters')];
  group = (await api.core.groups.create(administrator, { name: 'everywhere' }))._id;
  await api.core.groups.addDevices(administrator, group, [own.device, foreign.device]);
  await api.core.devices.setOwners(operator, [{ deviceId: own.device, owner: 'user-1' }]);
  const make = async (input: Parameters<typeof api.core.access.createKey>[1]) =>
    (await api.core.access.createKey(administrator, input)).key;
  keys.limited = await make({ name: 'limited', role: 'VIEWER', products: ['ownMeters'] });
  keys.issuer = await make({ name: 'server', role: 'ISSUER' });
  const issuer = await api.core.access.authenticate(keys.issuer);
  if (!issuer) throw new Error('The key is none.');
  keys.app = (await api.core.access.createAppToken(issuer, { owner: 'user-1', minutes: 60 })).token;
});
afterAll(() => api?.stop());

/** By the names that the schema has for them. */
const idsOf = (things: Things): Record<(typeof NODE_TYPES)[number], string> => ({
  Batch: things.batch,
  Device: things.device,
  DeviceImport: things.import,
  DeviceList: things.list,
  Group: group,
  Package: things.package,
  Task: things.task,
});

const node = async (id: string, key = api.keys.viewer, fields = '__typename id') => {
  const { data, errors } = await api.ask(`query ($id: ID!) { node(id: $id) { ${fields} } }`, { id }, key);
  return { node: data.node, errors: errors?.map(({ path, extensions }) => [(path as string[]).join('.'), extensions.code]) };
};
const nothing = { node: null, errors: undefined };

test.each(NODE_TYPES)('R-UI-1 a %s is found by its id alone, for who may see it', async (__typename) => {
  const id = idsOf(foreign)[__typename];
  expect(await node(id)).toEqual({ node: { __typename, id }, errors: undefined });
});

test('R-UI-1 what is found leads on as from anywhere else, several at once', async () => {
  const { data, errors } = await api.ask(
    `{ task: node(id: "${own.task}") { id ... on Task { batch { id } device { id } product { key } } ... on Group { name } }
       group: node(id: "${group}") { ... on Task { batch { id } } ... on Group { name deviceCount } }
       batch: node(id: "${own.batch}") { ... on Batch { counts { total } package { id } } } }`,
    {},
    api.keys.viewer,
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    task: { id: own.task, batch: { id: own.batch }, device: { id: own.device }, product: { key: 'ownMeters' } },
    group: { name: 'everywhere', deviceCount: 2 },
    batch: { counts: { total: 1 }, package: { id: own.package } },
  });
});

test.each([
  ...Object.values(NOTHING),
  'ownMeters',
  '',
  '.',
  '..',
  ' ',
  '\0',
  '$where',
  '{"$gt":""}',
  'f'.repeat(100_000),
  '💧'.repeat(1_000),
])('R-UI-1 no id, and no error (%#)', async (id) => {
  expect(await node(id)).toEqual(nothing);
});

test.each(NODE_TYPES.filter((type) => type !== 'Group'))('R-UI-4 a foreign %s is nothing for who is limited to products', async (type) => {
  expect(await node(idsOf(foreign)[type], keys.limited)).toEqual(nothing);
  const id = idsOf(own)[type];
  expect(await node(id, keys.limited)).toEqual({ node: { __typename: type, id }, errors: undefined });
});

test('R-UI-4 a group is shared, and shows those who are limited their own devices and no rule', async () => {
  const fields = '... on Group { name deviceCount rule { field } devices { edges { node { id } } } }';
  expect(await node(group, keys.limited, fields)).toEqual({
    node: { name: 'everywhere', deviceCount: 1, rule: null, devices: { edges: [{ node: { id: own.device } }] } },
    errors: [['node.rule', 'NOT_ALLOWED']],
  });
});

test('R-DEV-7 R-UI-4 an app finds its device and the tasks of it, with null for what it may not see', async () => {
  const device = '__typename ... on Device { deviceName online owner dialect tags { key } groups { id } }';
  expect(await node(own.device, keys.app, device)).toEqual({
    node: { __typename: 'Device', deviceName: 'meter-1', online: false, owner: null, dialect: null, tags: null, groups: null },
    errors: expect.arrayContaining(['owner', 'dialect', 'tags', 'groups'].map((name) => [`node.${name}`, 'NOT_ALLOWED'])),
  });
  const task = '... on Task { id status product { key } batch { name createdAt } }';
  expect(await node(own.task, keys.app, task)).toEqual({
    node: { id: own.task, status: 'UNCONFIRMED', product: null, batch: { name: expect.any(String), createdAt: null } },
    errors: expect.arrayContaining([
      ['node.product', 'NOT_ALLOWED'],
      ['node.batch.createdAt', 'NOT_ALLOWED'],
    ]),
  });
});

test.each(NODE_TYPES)('R-DEV-7 R-UI-4 of a %s that is not for it an app learns nothing', async (type) => {
  const isOfIts = type === 'Device' || type === 'Task';
  const ids = [idsOf(foreign)[type], ...(isOfIts ? [] : [idsOf(own)[type]]), own.parent];
  for (const id of ids) expect(await node(id, keys.app, '__typename id ... on Batch { name } ... on Group { name }')).toEqual(nothing);
});

test('R-UI-4 a key that makes tokens for apps may not ask', async () => {
  expect(await node(own.device, keys.issuer)).toEqual({ node: null, errors: [['node', 'NOT_ALLOWED']] });
});

test('R-UI-4 an interface that leads to things of products stops the start until somebody decides', () => {
  const types = 'interface Node { id: ID! } type Batch implements Node { id: ID! } type Group implements Node { id: ID! }';
  const added = (field: string) => buildSchema(`type Query { viewer: Viewer } type Viewer { added: ${field} } ${types}`);
  expect(() => withProducts(added('Node'))).toThrow('Nobody has decided what those see of Viewer.added');
  expect(() => withPermissions(added('[Node!]'))).toThrow('Nobody looks at each of the list Viewer.added');
});

test('R-UI-1 whatever implements Node is found, in both schemas', () => {
  const { ofAll, ofApps } = buildApiSchemas();
  for (const schema of [ofAll, ofApps]) {
    const type = schema.getType('Node');
    if (!isInterfaceType(type)) throw new Error('There is no Node.');
    const names = schema.getPossibleTypes(type).map(({ name }) => name);
    expect(names.sort()).toEqual([...NODE_TYPES].sort());
  }
});
