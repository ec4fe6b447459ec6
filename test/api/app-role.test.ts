import { getNamedType, isLeafType, isNonNullType, isObjectType } from 'graphql';
import { buildApiSchema } from '../../api/schema';
import type { Root } from '../../core/access/permissions/operations';
import { permissionOf, requireOperation } from '../../core/access/permissions/require-operation';
import type { Viewer } from '../../core/access/viewer';
import { aPackage, aTask } from '../support/builders';
import { administrator, refusal } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

const MINE = 'meter.mine';
const OTHER = 'meter.other';
const task = (deviceName: string, fields = {}) =>
  aTask({ productKey: 'meter', deviceName, status: 'UNCONFIRMED', offerAt: null, reachable: false, gatewayId: null, ...fields });
const [mine, others] = [task('mine'), task('other')];

let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(administrator, { key: 'meter', name: 'Water meter' });
  await api.core.products.create(administrator, { key: 'pump', name: 'Pump' });
  await api.core.devices.register(administrator, 'meter', [{ deviceName: 'mine' }, { deviceName: 'other' }]);
  await api.core.devices.register(administrator, 'pump', [{ deviceName: 'pump-1' }]);
  await api.store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
  await api.store.collections.tasks.insertMany([mine, others]);
  key = (await api.core.access.createKey(administrator, { name: 'app', role: 'APP', deviceIds: [MINE] })).key;
});
afterAll(() => api.stop());

const asApp = (query: string, variables = {}) => api.ask(query, variables, key);
const codes = ({ errors }: { errors?: { extensions: Record<string, unknown> }[] }) => errors?.map(({ extensions }) => extensions.code);

/** How an app may ask for each thing that it may ask for: for its own device, and what it must not ask. */
const ALLOWED: Record<string, { own: object; refused: object[] }> = {
  'Query.unfinishedTasks': { own: { deviceId: MINE }, refused: [{ deviceId: OTHER }] },
  'Query.device': { own: { id: MINE }, refused: [{ id: OTHER }, {}] },
  'Query.devices': {
    own: { filter: { productKey: 'meter', online: true } },
    refused: [{ filter: { owner: 'user-1' } }, { filter: { groupId: 'g' } }],
  },
  // What is not its own is null there, which has a test in `node.test.ts`.
  'Query.node': { own: { id: MINE }, refused: [] },
  'Query.viewer': { own: {}, refused: [] },
  'Query.task': { own: { id: mine._id }, refused: [{ id: others._id }, { id: 'nothing' }] },
  'Query.tasks': {
    own: { filter: { deviceId: MINE } },
    refused: [{ filter: { deviceId: OTHER } }, { filter: { deviceId: '' } }, { filter: { batchId: 'batch1', deviceId: OTHER } }],
  },
  'Mutation.confirmTasks': { own: { input: { taskIds: [mine._id] } }, refused: [{ input: { taskIds: [mine._id, others._id] } }] },
  'Mutation.rejectTasks': { own: { input: { taskIds: [mine._id] } }, refused: [{ input: { taskIds: [others._id] } }] },
  'Mutation.deferTasks': {
    own: { input: { taskIds: [mine._id], until: new Date() } },
    refused: [{ input: { taskIds: [others._id], until: new Date() } }],
  },
  'Subscription.deviceTasks': { own: { deviceId: MINE }, refused: [{ deviceId: OTHER }] },
  'Subscription.taskChanges': { own: { filter: { deviceId: MINE } }, refused: [{ filter: { deviceId: OTHER } }] },
};

const operations = (() => {
  const schema = buildApiSchema();
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    isObjectType(type) ? Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })) : [],
  );
})();

describe('R-UI-4 a key of the role APP', () => {
  const viewer: Viewer = { actorId: 'k', kind: 'KEY', name: 'app', products: null, role: 'APP', deviceIds: [MINE] };

  test.each(operations)('R-UI-4 $name: its own devices if at all, and refused where it runs', async ({ name, field }) => {
    const run = async (args: object) => (field.subscribe ?? field.resolve)?.({}, args, { viewer, core: api.core } as never, {} as never);
    const rule = ALLOWED[name];
    for (const args of rule?.refused ?? [{}, { deviceId: MINE }, { id: mine._id }, { filter: { deviceId: MINE } }])
      expect(await refusal(run(args))).toEqual([{ code: 'NOT_ALLOWED' }]);
    const permission = permissionOf(...(name.split('.') as [Root, string]));
    if (rule) expect(requireOperation(viewer, permission, rule.own)).toBeUndefined();
  });

  test('R-UI-4 finds its device and the tasks of it by their ids, and nothing by others', async () => {
    const query = `{ mine: node(id: "${MINE}") { id } task: node(id: "${mine._id}") { id } other: node(id: "${OTHER}") { id }
      others: node(id: "${others._id}") { id } package: node(id: "${mine.packageId}") { id } }`;
    const { data, errors } = await asApp(query);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ mine: { id: MINE }, task: { id: mine._id }, other: null, others: null, package: null });
  });

  test('R-UI-4 every operation that an app may use exists', () => {
    expect(operations.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(ALLOWED)));
  });

  test('R-UI-4 sees the tasks of its device over HTTP, and of what they lead to nothing that is not shown to apps', async () => {
    const seen = await asApp(
      '{ unfinishedTasks(deviceId: "meter.mine") { edges { node { id status waitingFor attempts { number } transitions { to } cause { code } } } pageInfo { hasNextPage } } }',
    );
    expect(seen.errors).toBeUndefined();
    expect(seen.data.unfinishedTasks).toMatchObject({
      edges: [{ node: { id: mine._id, status: 'UNCONFIRMED', waitingFor: 'CONFIRMATION' } }],
    });
    for (const field of ['device { tags { key } }', 'package { sourceVersions }', 'download { requests }']) {
      const further = await asApp(`{ task(id: "${mine._id}") { id ${field} } }`);
      expect(codes(further)).toEqual(['NOT_ALLOWED']);
    }
    expect(codes(await asApp('{ unfinishedTasks(deviceId: "meter.other") { edges { node { id } } } }'))).toEqual(['NOT_ALLOWED']);
    expect(codes(await asApp('{ batches { edges { node { id } } } }'))).toEqual(['NOT_ALLOWED']);
  });

  test('R-UI-4 knows its own name, and is answered in what it may see beside what it may not', async () => {
    const refused = operations.flatMap(({ name, field }) => {
      const required = field.args.filter(({ type }) => isNonNullType(type));
      return name.startsWith('Query.') && !ALLOWED[name] && required.length === 0 ? [field.name] : [];
    });
    expect(refused).toEqual(expect.arrayContaining(['batches', 'packages', 'products', 'limits', 'failureCauses', 'apiKeys']));
    const leaves = new Set(operations.flatMap(({ field }) => (isLeafType(getNamedType(field.type)) ? [field.name] : [])));
    const selected = (name: string) => (leaves.has(name) ? name : `${name} { __typename }`);
    const { data, errors } = await asApp(
      `{ viewer { name role session { expiresAt } } task(id: "${mine._id}") { id device { id owner } batch { id } package { id kind } download { requests } } ${refused.map(selected).join(' ')} }`,
    );
    expect(data).toEqual({
      viewer: { name: 'app', role: 'APP', session: null },
      task: { id: mine._id, device: { id: MINE, owner: null }, batch: null, package: { id: mine.packageId, kind: null }, download: null },
      ...Object.fromEntries(refused.map((name) => [name, null])),
    });
    expect(new Set(codes({ errors }))).toEqual(new Set(['NOT_ALLOWED']));
    expect(errors?.filter(({ path }) => (path as string[])[0] === 'viewer')).toEqual([]);
  });

  test('R-UI-4 every query, and everything that is behind a task, is null where it is refused', () => {
    const schema = buildApiSchema();
    const queries = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ type }) => isNonNullType(type));
    expect(queries.map(({ name }) => name)).toEqual(['viewer']);
    for (const name of ['confirmTasks', 'rejectTasks'])
      expect(isNonNullType(schema.getMutationType()?.getFields()[name]?.type)).toBe(false);
  });

  test('R-UI-4 a decision that was made is told, though another one is refused', async () => {
    const { data, errors } = await asApp(`mutation {
      rejectTasks(input: { taskIds: ["${task('nobody')._id}"] }) { tasks { id } userErrors { code } }
      confirmTasks(input: { taskIds: [] }) { tasks { id } userErrors { code } }
    }`);
    expect(codes({ errors })).toEqual(['NOT_ALLOWED']);
    expect(data).toEqual({ rejectTasks: null, confirmTasks: { tasks: null, userErrors: [{ code: expect.any(String) }] } });
  });

  test('R-UI-4 may not hide what is refused behind an alias, a fragment or a variable', async () => {
    const query =
      'query ($id: ID!) { unfinishedTasks(deviceId: "meter.mine") { edges { node { id } } } other: task(id: $id) { ...T } } fragment T on Task { id }';
    const { data, errors } = await asApp(query, { id: others._id });
    expect(codes({ errors })).toEqual(['NOT_ALLOWED']);
    expect(data.other).toBeNull();
  });

  test('R-TASK-8 R-UI-4 confirms and rejects the tasks of its device, not those of others, and sees it live', async () => {
    const socket = api.socket({ authorization: `Bearer ${key}` });
    const live = socket.iterate({
      query: 'subscription { deviceTasks(deviceId: "meter.mine") { ... on TaskChange { task { id status } } } }',
    });
    const first = live.next();
    const decide = (what: string, taskIds: string[]) =>
      asApp(`mutation ($input: TaskDecisionInput!) { ${what}(input: $input) { tasks { status } userErrors { code field limit } } }`, {
        input: { taskIds },
      });
    expect(codes(await decide('confirmTasks', [others._id]))).toEqual(['NOT_ALLOWED']);
    expect(codes(await decide('rejectTasks', [mine._id, others._id]))).toEqual(['NOT_ALLOWED']);
    const many = await decide(
      'confirmTasks',
      Array.from({ length: 11 }, () => mine._id),
    );
    expect(many.data.confirmTasks).toEqual({ tasks: null, userErrors: [{ code: 'TOO_MANY', field: 'taskIds', limit: '1–10' }] });
    // The subscription is under way once it has answered something: a change of no status is enough.
    const nudge = setInterval(() => void api.store.collections.tasks.updateOne({ _id: mine._id }, { $inc: { notifications: 1 } }), 100);
    expect(await first).toMatchObject({ value: { data: { deviceTasks: { task: { id: mine._id, status: 'UNCONFIRMED' } } } } });
    clearInterval(nudge);
    expect((await decide('confirmTasks', [mine._id])).data.confirmTasks).toEqual({ tasks: [{ status: 'QUEUED' }], userErrors: [] });
    for (;;) {
      const { value } = await live.next();
      const change = (value as { data: { deviceTasks: { task: { status: string } } } }).data.deviceTasks;
      if (change.task.status === 'QUEUED') break;
    }
    await live.return?.();
    expect(await api.core.tasks.get(others._id)).toMatchObject({ status: 'UNCONFIRMED' });
  });

  test.each([
    'subscription { deviceTasks(deviceId: "meter.other") { ... on TaskChange { task { id } } } }',
    'subscription { taskChanges(filter: { deviceId: "meter.other" }) { ... on TaskChange { task { id } } } }',
    'subscription { batchProgress(batchId: "batch1") { ... on BatchProgress { counts { total } } } }',
    'query { packages { edges { node { id } } } }',
    'mutation { cancelBatch(input: { batchId: "batch1" }) { canceled } }',
  ])('R-UI-4 is refused over the WebSocket: %s', async (query) => {
    const results: { extensions?: unknown }[] = [];
    const asked = api.socket({ authorization: `Bearer ${key}` }).iterate({ query });
    await (async () => {
      for await (const result of asked) results.push(...(result.errors ?? []));
    })().catch((error: unknown) => void results.push(...(error as { extensions: unknown }[])));
    expect(results.map(({ extensions }) => (extensions as { code?: string } | undefined)?.code)).toEqual(['NOT_ALLOWED']);
  });

  test('R-UI-4 may not upload', async () => {
    const form = new FormData();
    form.set('productKey', 'meter');
    form.set('name', 'meter_fw');
    form.set('version', '3.0.0');
    form.set('file', new Blob(['firmware']), 'fw.bin');
    const response = await fetch(`${api.url}/packages`, { method: 'POST', body: form, headers: { authorization: `Bearer ${key}` } });
    expect(response.status).toBe(403);
  });

  test.each([
    ['no device', { role: 'APP' }, 'REQUIRED'],
    ['101 devices', { role: 'APP', deviceIds: Array.from({ length: 101 }, (_, index) => `meter.dev${index}`) }, 'TOO_MANY'],
    ['a device that does not exist', { role: 'APP', deviceIds: [MINE, 'meter.none'] }, 'DEVICE_UNKNOWN'],
    ['devices of two products', { role: 'APP', deviceIds: [MINE, 'pump.pump-1'] }, 'INVALID_FORMAT'],
    ['devices for another role', { role: 'VIEWER', deviceIds: [MINE] }, 'INVALID_FORMAT'],
  ])('R-UI-4 is not made with %s', async (_what, fields, code) => {
    const { data } = await api.ask(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key userErrors { code field } } }',
      { input: { name: 'app', ...fields } },
      api.keys.administrator,
    );
    expect(data.createApiKey).toEqual({ key: null, userErrors: [{ code, field: 'deviceIds' }] });
  });

  test('R-UI-4 is listed with its devices', async () => {
    const { data } = await api.ask('{ apiKeys { edges { node { name role deviceIds } } } }', {}, api.keys.administrator);
    expect(JSON.stringify(data)).toContain(JSON.stringify({ name: 'app', role: 'APP', deviceIds: [MINE] }));
  });
});
