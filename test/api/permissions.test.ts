import { getNamedType, isAbstractType, isLeafType, isObjectType } from 'graphql';
import { buildApiSchema } from '../../api/schema';
import { OPERATIONS, type Root } from '../../core/access/permissions/operations';
import { ROUTES_OF_PRODUCTS } from '../../core/access/permissions/routes';
import { administrator } from '../support/core-parts';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { inWords, NOTHING, type Things, thingsOf } from './support/own-and-foreign';
import { startTestApi, type TestApi } from './support/test-api';

const schema = buildApiSchema();
let issuer: TestIssuer;
let api: TestApi;
let own: Things;
let foreign: Things;
let group: string;
/** Tokens of people who are limited to the product `own`, good for longer than all tests of this file take on any machine. */
const tokens = { ADMINISTRATOR: '', OPERATOR: '', VIEWER: '', NOTHING: '' };

beforeAll(async () => {
  issuer = await startIssuer();
  const scoped = { ...issuer.issuer, products: { claim: 'products', all: '*' } };
  api = await startTestApi({ access: { issuers: [scoped], session: { idleMinutes: 60, hours: 12 } } });
  [own, foreign] = [await thingsOf(api, 'ownMeters'), await thingsOf(api, 'foreignMeters')];
  group = (await api.core.groups.create(administrator, { name: 'everywhere' }))._id;
  await api.core.groups.addDevices(administrator, group, [own.device, foreign.device]);
  const exp = Math.floor(Date.now() / 1_000) + 12 * 3_600;
  const tokenOf = (sub: string, role: string, products: unknown) => issuer.token({ sub, groups: [role], products, exp });
  tokens.ADMINISTRATOR = await tokenOf('root', 'admins', ['ownMeters']);
  tokens.OPERATOR = await tokenOf('ada', 'ops', ['ownMeters', 'gone']);
  tokens.VIEWER = await tokenOf('eve', 'staff', 'ownMeters');
  tokens.NOTHING = await tokenOf('nobody', 'admins', ['none', 'ownMeters.meter-1', '']);
});
afterAll(async () => {
  await api?.stop();
  await issuer?.stop();
});

const key = 'idempotencyKey';
const rate = { pushRate: { perMinute: 600 } };
const one = (input: object) => ({ input });

/** How each operation names what it is about. Who adds an operation to the table adds a row here, if it names something. */
const NAMING: Record<string, (things: Things) => object> = {
  'Query.batch': ({ batch }) => ({ id: batch }),
  'Query.device': ({ device }) => ({ id: device }),
  'Query.deviceImport': (things) => ({ id: things.import }),
  'Query.deviceList': ({ list }) => ({ id: list }),
  'Query.moduleVersions': ({ product }) => ({ productKey: product }),
  'Query.node': (things) => ({ id: things.package }),
  'Query.package': (things) => ({ id: things.package }),
  'Query.previewBatch': (things) => one({ packageId: things.package, scope: { all: true }, ...rate }),
  'Query.previewDynamicBatch': (things) => one({ packageId: things.package, scope: { all: true }, ...rate }),
  'Query.product': ({ product }) => ({ key: product }),
  'Query.task': ({ task }) => ({ id: task }),
  'Query.unfinishedTasks': ({ device }) => ({ deviceId: device }),
  'Mutation.addDevicesToGroup': ({ device }) => one({ groupId: group, deviceIds: [own.device, device] }),
  'Mutation.addSigningKey': ({ product }) => one({ productKey: product, name: 'n', publicKeyPem: 'none' }),
  'Mutation.cancelBatch': ({ batch }) => one({ batchId: batch }),
  'Mutation.cancelDynamicPolicy': ({ batch }) => one({ batchId: batch }),
  'Mutation.cancelTasks': ({ device }) => one({ packageId: own.package, deviceIds: [device] }),
  'Mutation.confirmTasks': ({ task }) => one({ taskIds: [own.task, task] }),
  'Mutation.createDynamicBatch': (things) => one({ packageId: things.package, scope: { all: true }, ...rate }),
  'Mutation.createPackage': ({ product }) => one({ productKey: product, name: 'meter_fw', version: '9.0.0', uploadIds: ['none'] }),
  'Mutation.createPairingCode': ({ device }) => one({ deviceId: device }),
  'Mutation.createStaticBatch': (things) => one({ packageId: things.package, scope: { all: true }, ...rate }),
  'Mutation.deferTasks': ({ task }) => one({ taskIds: [task], until: new Date(Date.now() + 3_600_000).toISOString() }),
  'Mutation.deleteBatch': ({ batch }) => one({ batchId: batch, [key]: `b${batch}` }),
  'Mutation.deleteDevices': ({ device }) => one({ deviceIds: [device] }),
  'Mutation.deletePackage': (things) => one({ packageId: things.package }),
  'Mutation.deleteProduct': ({ product }) => one({ key: product }),
  'Mutation.forgetDeviceImport': (things) => one({ importId: things.import }),
  'Mutation.pauseBatch': ({ batch }) => one({ batchId: batch }),
  'Mutation.registerDevices': ({ product }) => one({ productKey: product, devices: [{ deviceName: 'n' }] }),
  'Mutation.rejectTasks': ({ task }) => one({ taskIds: [task] }),
  'Mutation.removeDevicesFromGroup': ({ device }) => one({ groupId: group, deviceIds: [device] }),
  'Mutation.resetDeviceSecret': ({ device }) => one({ deviceId: device }),
  'Mutation.resumeBatch': ({ batch }) => one({ batchId: batch }),
  'Mutation.retryTasks': ({ batch }) => one({ batchId: batch, all: true }),
  'Mutation.setDeviceCertificates': ({ device }) => one({ devices: [{ deviceId: device, fingerprints: [] }] }),
  'Mutation.setDeviceGateway': ({ device }) => one({ deviceIds: [device], gatewayId: null }),
  'Mutation.setDeviceOwners': ({ device }) => one({ devices: [{ deviceId: device, owner: 'o' }] }),
  'Mutation.setDeviceParent': ({ device }) => one({ deviceIds: [device], parentId: null }),
  'Mutation.setDevicesEnabled': ({ device }) => one({ deviceIds: [device], enabled: true }),
  'Mutation.setLwm2mIdentities': ({ device }) => one({ devices: [{ deviceId: device, endpoint: 'e' }] }),
  'Mutation.setSecureUpdate': ({ product }) => one({ productKey: product, active: false }),
  'Mutation.updateBatch': ({ batch }) => one({ batchId: batch, ...rate }),
  'Mutation.updateDevice': ({ device }) => one({ deviceId: device, tags: [] }),
  'Mutation.updatePackage': (things) => one({ packageId: things.package, description: 'd' }),
  'Mutation.updateProduct': ({ product }) => one({ key: product, name: 'n' }),
  'Mutation.verifyPackage': (things) => one({ packageId: things.package, deviceNames: ['meter-1'] }),
  'Subscription.batchProgress': ({ batch }) => ({ batchId: batch }),
  'Subscription.importProgress': (things) => ({ importId: things.import }),
};

const rows = Object.entries(OPERATIONS).flatMap(([root, of]) =>
  Object.entries(of).map(([name, permission]) => ({ operation: `${root}.${name}`, root: root as Root, name, ...permission })),
);
const isNaming = ({ about }: (typeof rows)[number]) => typeof about !== 'string' || about === 'ANSWER';

/** An operation with variables for all of its arguments. */
function documentOf(root: Root, name: string): string {
  const type = schema.getType(root);
  const field = isObjectType(type) ? type.getFields()[name] : undefined;
  if (!field) throw new Error(`There is no ${root}.${name}.`);
  const declared = field.args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
  const given = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const answer = getNamedType(field.type);
  const has = isObjectType(answer) && answer.getFields().userErrors;
  const errors = 'userErrors { code field message hint limit conflictingId }';
  const selection = isLeafType(answer) ? '' : isAbstractType(answer) ? '{ __typename }' : `{ __typename ${has ? errors : ''} }`;
  return `${root.toLowerCase()} ${declared && `(${declared})`} { ${name} ${given && `(${given})`} ${selection} }`;
}

/** What is said, without where and when. */
async function saidOf({ root, name }: { root: Root; name: string }, variables: object, token: string): Promise<unknown> {
  const query = documentOf(root, name);
  if (root === 'Subscription') return firstOf(query, variables, token);
  const { data, errors } = await api.ask(query, variables, token);
  const said = errors?.map(({ message, extensions: { code, field, hint } }) => ({ message, code, field, hint }));
  return { data, errors: said ?? [] };
}

async function firstOf(query: string, variables: object, token: string): Promise<unknown> {
  const asked = api.socket({ authorization: `Bearer ${token}` }).iterate({ query, variables: variables as Record<string, unknown> });
  try {
    const { value } = await asked.next();
    return { data: value?.data ?? null, errors: (value?.errors ?? []).map(({ message }: { message: string }) => message) };
  } catch (error) {
    return { data: null, errors: (error as { message: string }[]).map(({ message }) => message) };
  } finally {
    await asked.return?.();
  }
}

describe('R-UI-4 whoever is limited to products', () => {
  test('R-UI-4 every operation that names something has a row here, in test/api/permissions.test.ts', () => {
    expect(rows.filter(isNaming).flatMap(({ operation }) => (NAMING[operation] ? [] : [operation]))).toEqual([]);
    expect(Object.keys(NAMING).filter((name) => !rows.some((row) => row.operation === name && isNaming(row)))).toEqual([]);
  });

  test.each(rows.filter(isNaming))('R-UI-4 $operation is answered about what is foreign as about nothing', async (row) => {
    const token = tokens.ADMINISTRATOR;
    const ofForeign = await saidOf(row, NAMING[row.operation]?.(foreign) ?? {}, token);
    const ofNothing = await saidOf(row, NAMING[row.operation]?.(NOTHING) ?? {}, token);
    expect(inWords(ofForeign, foreign)).toEqual(inWords(ofNothing, NOTHING));
    expect(JSON.stringify(ofForeign)).toMatch(row.name === 'node' ? /"node":null/ : /_UNKNOWN|NOT_FOUND|There is no/);
  });

  test.each(rows.filter((row) => isNaming(row) && row.root !== 'Mutation'))('R-UI-4 $operation tells of what is own', async (row) => {
    const said = await saidOf(row, NAMING[row.operation]?.(own) ?? {}, tokens.OPERATOR);
    expect(said).toMatchObject({ errors: [] });
    expect(JSON.stringify(said)).not.toMatch(/_UNKNOWN/);
  });

  test.each(rows.filter(({ about }) => about === 'WHOLE'))('R-UI-4 $operation is refused: it is about more than products', async (row) => {
    const inputs: Record<string, object> = {
      createDynamicGroup: { name: 'n', rule: { field: 'PRODUCT', operator: 'IN', values: ['ownMeters'] } },
      ...Object.fromEntries(['createGroup', 'createProduct'].map((name) => [name, { name: 'n' }])),
      ...Object.fromEntries(['deleteGroup', 'updateGroup', 'updateDynamicGroup'].map((name) => [name, { groupId: group, name: 'n' }])),
      ...Object.fromEntries(['blockPerson', 'unblockPerson', 'forgetAuditActor'].map((name) => [name, { id: 'x' }])),
    };
    if (row.name === 'deleteGroup') delete (inputs.deleteGroup as { name?: string }).name;
    const queries: Record<string, object> = { previewGroupRule: { rule: { field: 'PRODUCT', values: ['ownMeters'] } } };
    const given = row.root === 'Mutation' ? one(inputs[row.name] ?? {}) : (queries[row.name] ?? {});
    const said = JSON.stringify(await saidOf(row, given, tokens.ADMINISTRATOR));
    expect(said).toMatch(/limited to some products/);
  });

  test('R-UI-4 lists and counts are of own products alone', async () => {
    const { data, errors } = await api.ask(
      `{ products { edges { node { key } } } devices { edges { node { id } } } packages { edges { node { id } } }
         batches { edges { node { id } } } tasks { edges { node { id } } }
         other: devices(filter: { productKey: "foreignMeters" }) { edges { node { id } } }
         ofBatch: tasks(filter: { batchId: "${foreign.batch}" }) { edges { node { id } } }
         group(id: "${group}") { name deviceCount devices { edges { node { id } } } } }`,
      {},
      tokens.VIEWER,
    );
    expect(errors).toBeUndefined();
    const text = JSON.stringify(data);
    for (const id of Object.values(foreign)) expect(text).not.toContain(id);
    for (const id of [own.device, own.parent, own.package, own.batch, own.task]) expect(text).toContain(id);
    expect(data.group).toMatchObject({ name: 'everywhere', deviceCount: 1, devices: { edges: [{ node: { id: own.device } }] } });
  });

  test('R-UI-4 claims that name no product give nothing, and none by a part of a name', async () => {
    const { data } = await api.ask(
      `{ viewer { products } products { edges { node { key } } } devices { edges { node { id } } } tasks { edges { node { id } } } }`,
      {},
      tokens.NOTHING,
    );
    const none = { edges: [] };
    expect(data).toEqual({ viewer: { products: ['none', 'ownMeters.meter-1'] }, products: none, devices: none, tasks: none });
  });

  test('R-UI-4 a parent and children of other products are not seen from own devices, nor given to them', async () => {
    const set = (deviceIds: string[], parentId: string | null, token = api.keys.operator) =>
      api.ask(
        'mutation ($input: SetDeviceParentInput!) { setDeviceParent(input: $input) { userErrors { code field message } } }',
        { input: { deviceIds, parentId } },
        token,
      );
    await Promise.all([set([own.device], foreign.parent), set([foreign.device], own.parent)]);
    const seen = await api.ask(
      `{ child: device(id: "${own.device}") { parent { id } gateway { id } } parent: device(id: "${own.parent}") { children { edges { node { id } } } } }`,
      {},
      tokens.VIEWER,
    );
    expect(seen).toMatchObject({ data: { child: { parent: null, gateway: null }, parent: { children: { edges: [] } } } });
    expect(await (await ask('/devices.csv', api.keys.operator)).text()).toContain(foreign.parent);
    expect(await (await ask('/devices.csv', tokens.VIEWER)).text()).not.toContain(foreign.parent);
    const refused = (parentId: string) => set([own.device], parentId, tokens.OPERATOR);
    expect(inWords((await refused(foreign.parent)).data, foreign)).toEqual(inWords((await refused(NOTHING.parent)).data, NOTHING));
    const registered = (productKey: string) =>
      api.ask(
        'mutation ($input: RegisterDevicesInput!) { registerDevices(input: $input) { devices { secret } userErrors { code field message } } }',
        { input: { productKey: 'ownMeters', devices: [{ deviceName: 'n1', parent: { productKey, deviceName: 'parent' } }] } },
        tokens.OPERATOR,
      );
    expect(inWords((await registered('foreignMeters')).data, foreign)).toEqual(inWords((await registered('nothing')).data, NOTHING));
    await set([own.device, foreign.device], null);
  });

  test('R-UI-4 a rule of a group is not shown, for it may name what is foreign', async () => {
    const { data, errors } = await api.ask(`{ group(id: "${group}") { id rule { field } } }`, {}, tokens.VIEWER);
    expect(data.group).toEqual({ id: group, rule: null });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['NOT_ALLOWED']);
  });

  test('R-UI-4 subscriptions deliver no event of another product', async () => {
    const seen: string[] = [];
    const subscribed = api
      .socket({ authorization: `Bearer ${tokens.VIEWER}` })
      .iterate({ query: 'subscription { taskChanges { ... on TaskChange { task { id } } } }' });
    const touch = () =>
      Promise.all([foreign, own].map(({ task }) => api.store.collections.tasks.updateOne({ _id: task }, { $inc: { notifications: 1 } })));
    const nudge = setInterval(() => void touch(), 50);
    for (let count = 0; count < 3; count += 1) {
      const { value } = await subscribed.next();
      seen.push((value as { data: { taskChanges: { task: { id: string } } } }).data.taskChanges.task.id);
    }
    clearInterval(nudge);
    await subscribed.return?.();
    expect(new Set(seen)).toEqual(new Set([own.task]));
  });

  const ask = (path: string, token: string, method = 'GET', body?: string | FormData) =>
    fetch(`${api.url}${path}`, { method, headers: { authorization: `Bearer ${token}` }, ...(body && { body }) });

  const addresses: Record<string, (things: Things) => string> = {
    'POST /lists': ({ product }) => `/lists?productKey=${product}`,
    'GET /lists/:id/invalid.csv': ({ list }) => `/lists/${list}/invalid.csv`,
    'POST /imports': ({ product }) => `/imports?productKey=${product}`,
    'GET /imports/:id': (things) => `/imports/${things.import}`,
    'GET /imports/:id/invalid.csv': (things) => `/imports/${things.import}/invalid.csv`,
    'GET /imports/:id/devices.csv': (things) => `/imports/${things.import}/devices.csv`,
    'GET /devices.csv': ({ product }) => `/devices.csv?productKey=${product}`,
    'GET /batches/:id/tasks.csv': ({ batch }) => `/batches/${batch}/tasks.csv`,
  };

  test('R-UI-4 every address that is about one product is asked here', () => {
    const asked = [...Object.keys(addresses), 'POST /packages', 'ALL /graphql'].sort();
    const about = Object.entries(ROUTES_OF_PRODUCTS).flatMap(([route, of]) => (of === 'OWN' ? [route] : []));
    expect(about.sort()).toEqual(asked);
  });

  test.each(Object.entries(addresses))('R-UI-4 %s is answered about what is foreign as about nothing', async (route, pathOf) => {
    const method = route.split(' ')[0] as string;
    const body = method === 'POST' ? 'deviceName\nmeter-9\n' : undefined;
    const [ofForeign, ofNothing, ofOwn] = await Promise.all(
      [foreign, NOTHING, own].map(async (things) => {
        const answer = await ask(pathOf(things), tokens.ADMINISTRATOR, method, body);
        return { status: answer.status, text: await answer.text() };
      }),
    );
    expect(ofForeign).toEqual(ofNothing);
    expect(ofOwn).not.toEqual(ofForeign);
    // A list of what there is not is empty.
    const isList = route === 'GET /devices.csv';
    expect(isList ? [200] : [404, 422]).toContain(ofForeign?.status);
    if (!isList) expect(ofOwn?.status).not.toBe(ofForeign?.status);
  });

  test('R-UI-4 a package for another product is refused as for none', async () => {
    const send = (product: string) => {
      const form = new FormData();
      for (const [name, value] of Object.entries({ productKey: product, name: 'meter_fw', version: '7.0.0' })) form.set(name, value);
      form.set('file', new Blob(['firmware']), 'fw.bin');
      return ask('/packages', tokens.OPERATOR, 'POST', form);
    };
    const [ofForeign, ofNothing] = [await send('foreignMeters'), await send('nothing')];
    expect([ofForeign.status, await ofForeign.text()]).toEqual([ofNothing.status, await ofNothing.text()]);
    expect((await send('ownMeters')).status).toBe(201);
  });

  test.each(['/metrics', '/audit.jsonl'])('R-UI-4 %s is refused: it is about all products', async (path) => {
    const refused = await ask(path, tokens.ADMINISTRATOR);
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('limited to some products')]);
  });
});
