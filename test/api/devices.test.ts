import { aTask } from '../support/builders';
import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'devA', name: 'Meters' });
});
afterAll(() => api.stop());

/** A mutation's payload, with its errors. */
async function mutate(name: string, input: object, fields: string): Promise<Record<string, unknown>> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await api.ask(`mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code field } } }`, {
    input,
  });
  if (errors) throw new Error(errors[0]?.message);
  return data[name] as Record<string, unknown>;
}

test('R-DEV-5 a device is registered with its region and tags, changed, found by region, and deleted', async () => {
  const region = { province: 'Bern', city: 'Thun' };
  const registered = await mutate(
    'registerDevices',
    { productKey: 'devA', devices: [{ deviceName: 'dev-1', region, tags: [{ key: 'site', value: 'n' }] }, { deviceName: 'dev-2' }] },
    'devices { device { id region { province city } tags { key value } } }',
  );
  expect(registered).toEqual({
    devices: [
      { device: { id: 'devA.dev-1', region, tags: [{ key: 'site', value: 'n' }] } },
      { device: { id: 'devA.dev-2', region: null, tags: [] } },
    ],
    userErrors: [],
  });
  const changed = await mutate('updateDevice', { deviceId: 'devA.dev-2', region }, 'device { region { city } tags { key } }');
  expect(changed).toEqual({ device: { region: { city: 'Thun' }, tags: [] }, userErrors: [] });
  const list = 'query ($filter: DeviceFilterInput) { devices(filter: $filter) { edges { node { id } } } }';
  const inThun = async () => (await api.ask(list, { filter: { productKey: 'devA', ...region } })).data.devices;
  expect(await inThun()).toEqual({ edges: [{ node: { id: 'devA.dev-1' } }, { node: { id: 'devA.dev-2' } }] });
  await mutate('updateDevice', { deviceId: 'devA.dev-2', region: null }, 'device { id }');
  expect(await inThun()).toEqual({ edges: [{ node: { id: 'devA.dev-1' } }] });
  expect(await mutate('deleteDevices', { deviceIds: ['devA.dev-1'] }, 'deleted tasksEnded')).toEqual({
    deleted: 1,
    tasksEnded: 0,
    userErrors: [],
  });
  expect(await inThun()).toEqual({ edges: [] });
  const refused = await mutate('deleteDevices', { deviceIds: ['devA.dev-1'] }, 'deleted');
  expect(refused).toEqual({ deleted: null, userErrors: [{ code: 'DEVICE_UNKNOWN', field: 'deviceIds' }] });
});

test('R-SAFE-2 an operator resets the secret of a device: the new one is in the answer, once more for the same key, and nowhere else', async () => {
  const registered = await mutate(
    'registerDevices',
    { productKey: 'devA', devices: [{ deviceName: 'dev-9' }] },
    'devices { secret device { id } }',
  );
  const [first] = registered.devices as { secret: string }[];
  const deviceId = 'devA.dev-9';
  const answer = await mutate('resetDeviceSecret', { deviceId, idempotencyKey: 'lost' }, 'secret device { id deviceName }');
  expect(answer).toEqual({
    secret: expect.stringMatching(/^[0-9a-f]{32}$/),
    device: { id: deviceId, deviceName: 'dev-9' },
    userErrors: [],
  });
  expect(answer.secret).not.toBe(first?.secret);
  expect(await mutate('resetDeviceSecret', { deviceId, idempotencyKey: 'lost' }, 'secret device { id deviceName }')).toEqual(answer);
  expect((await mutate('resetDeviceSecret', { deviceId }, 'secret')).secret).not.toBe(answer.secret);
  const unknown = await mutate('resetDeviceSecret', { deviceId: 'devA.none' }, 'secret');
  expect(unknown).toEqual({ secret: null, userErrors: [{ code: 'DEVICE_UNKNOWN', field: 'deviceId' }] });
  const asViewer = 'mutation ($input: ResetDeviceSecretInput!) { resetDeviceSecret(input: $input) { secret userErrors { code } } }';
  const refused = await api.ask(asViewer, { input: { deviceId } }, api.keys.viewer);
  expect(refused.errors?.map(({ extensions }) => extensions.code)).toEqual(['NOT_ALLOWED']);
  const stored = await api.store.collections.devices.findOne({ _id: deviceId });
  const current = (await api.core.devices.credentials('devA', 'dev-9'))?.secret;
  expect(JSON.stringify(stored)).not.toContain(current);
});

test('R-DEV-2 R-TASK-1 devices are disabled and enabled together, and a task says that its device is disabled', async () => {
  const ids = ['devA.dev-5', 'devA.dev-6'];
  await mutate(
    'registerDevices',
    { productKey: 'devA', devices: [{ deviceName: 'dev-5' }, { deviceName: 'dev-6' }] },
    'devices { secret }',
  );
  const task = aTask({ productKey: 'devA', deviceName: 'dev-5', deviceId: 'devA.dev-5', batchId: 'b', reachable: false });
  await api.store.collections.tasks.insertOne(task);
  const waits = async () => (await api.ask('query ($id: ID!) { task(id: $id) { waitingFor } }', { id: task._id })).data.task;
  expect(await waits()).toEqual({ waitingFor: 'DEVICE_OFFLINE' });
  const fields = 'devices { id enabled }';
  expect(await mutate('setDevicesEnabled', { deviceIds: ids, enabled: false }, fields)).toEqual({
    devices: ids.map((id) => ({ id, enabled: false })),
    userErrors: [],
  });
  expect(await waits()).toEqual({ waitingFor: 'DEVICE_DISABLED' });
  await mutate('setDevicesEnabled', { deviceIds: ids, enabled: true }, fields);
  expect(await waits()).toEqual({ waitingFor: 'DEVICE_OFFLINE' });
  expect(await mutate('setDevicesEnabled', { deviceIds: ['devA.none'], enabled: true }, fields)).toEqual({
    devices: null,
    userErrors: [{ code: 'DEVICE_UNKNOWN', field: 'deviceIds' }],
  });
});

test('R-FLOW-2 a product says whether its devices confirm their results, from the first or later', async () => {
  const created = await mutate(
    'createProduct',
    { key: 'devB', name: 'B', dialect: 'IOTDA', confirmByQuery: true },
    'product { confirmByQuery }',
  );
  expect(created).toEqual({ product: { confirmByQuery: true }, userErrors: [] });
  const updated = await mutate('updateProduct', { key: 'devB', confirmByQuery: false }, 'product { confirmByQuery }');
  expect(updated).toEqual({ product: { confirmByQuery: false }, userErrors: [] });
});

test('R-FLOW-7 the dialect of a device can be changed', async () => {
  await mutate('registerDevices', { productKey: 'devA', devices: [{ deviceName: 'dev-7' }] }, 'devices { secret }');
  expect(await mutate('updateDevice', { deviceId: 'devA.dev-7', dialect: 'IOTDA' }, 'device { dialect }')).toEqual({
    device: { dialect: 'IOTDA' },
    userErrors: [],
  });
});

test('R-FLOW-2 devices are registered with certificates in place of a secret, or beside it, and get other certificates later', async () => {
  const [first, second] = ['ab'.repeat(32), 'CD:'.repeat(31).concat('CD')];
  const registered = await mutate(
    'registerDevices',
    {
      productKey: 'devA',
      devices: [
        { deviceName: 'dev-20', dialect: 'IOTDA', certificateFingerprints: [second] },
        { deviceName: 'dev-22', dialect: 'LINK', certificateFingerprints: [first] },
        { deviceName: 'dev-21', secret: 'a-secret-of-its-own', certificateFingerprints: [first, second] },
      ],
    },
    'devices { secret device { certificateFingerprints } }',
  );
  expect(registered).toEqual({
    devices: [
      { secret: null, device: { certificateFingerprints: ['cd'.repeat(32)] } },
      { secret: expect.stringMatching(/^[0-9a-f]{32}$/), device: { certificateFingerprints: [first] } },
      { secret: 'a-secret-of-its-own', device: { certificateFingerprints: [first, 'cd'.repeat(32)] } },
    ],
    userErrors: [],
  });
  const set = (deviceId: string, fingerprints: string[]) =>
    mutate('setDeviceCertificates', { devices: [{ deviceId, fingerprints }] }, 'devices { certificateFingerprints }');
  expect(await set('devA.dev-20', [first])).toEqual({ devices: [{ certificateFingerprints: [first] }], userErrors: [] });
  expect(await set('devA.dev-20', [])).toEqual({ devices: [{ certificateFingerprints: [] }], userErrors: [] });
  expect(await set('devA.dev-21', [first])).toEqual({
    devices: null,
    userErrors: [{ code: 'CERTIFICATE_DIALECT', field: 'devices[0].fingerprints' }],
  });
  expect((await set('devA.dev-21', [])).userErrors).toEqual([]);
  expect(await set('devA.dev-20', ['not a fingerprint'])).toEqual({
    devices: null,
    userErrors: [{ code: 'INVALID_FORMAT', field: 'devices[0].fingerprints[0]' }],
  });
});

test.each([
  ['their names', { parent: 'parent', set: 'setDeviceParent', parentId: 'parentId', hub: 'hub-1' }],
  ['the older ones', { parent: 'gateway', set: 'setDeviceGateway', parentId: 'gatewayId', hub: 'hub-2' }],
])('R-FLOW-1 R-FLOW-2 devices get a parent at their registration or later, and both sides show it, by %s', async (_, names) => {
  const { parent, hub } = names;
  const behind = (name: string, above = hub) => ({ deviceName: `${hub}-${name}`, [parent]: { deviceName: above } });
  await mutate(
    'registerDevices',
    { productKey: 'devA', devices: [{ deviceName: hub }, ...['g-1', 'g-2', 'g-3'].map((name) => behind(name))] },
    `devices { device { ${parent} { id } } }`,
  );
  const look = async (first: number, after: string | null = null) => {
    const query = `query ($first: Int, $after: String) { device(id: "devA.${hub}") {
      ${parent} { id } children(first: $first, after: $after) { edges { node { id ${parent} { deviceName } } } pageInfo { hasNextPage endCursor } } } }`;
    return (await api.ask(query, { first, after })).data.device;
  };
  const page = await look(2);
  expect(page).toMatchObject({
    [parent]: null,
    children: { edges: ['g-1', 'g-2'].map((name) => ({ node: { id: `devA.${hub}-${name}`, [parent]: { deviceName: hub } } })) },
  });
  const { endCursor } = (page as { children: { pageInfo: { endCursor: string } } }).children.pageInfo;
  expect(await look(2, endCursor)).toMatchObject({
    children: { edges: [{ node: { id: `devA.${hub}-g-3` } }], pageInfo: { hasNextPage: false } },
  });
  const set = (parentId: string | null) =>
    mutate(names.set, { deviceIds: [`devA.${hub}-g-1`], [names.parentId]: parentId }, `devices { id ${parent} { id } }`);
  expect(await set(null)).toEqual({ devices: [{ id: `devA.${hub}-g-1`, [parent]: null }], userErrors: [] });
  expect(await set(`devA.${hub}-g-2`)).toEqual({ devices: null, userErrors: [{ code: 'GATEWAY_LEVELS', field: names.parentId }] });
  expect(await set(`devA.${hub}`)).toMatchObject({ devices: [{ [parent]: { id: `devA.${hub}` } }] });
  expect(await mutate('registerDevices', { productKey: 'devA', devices: [behind('g-9', 'nobody')] }, 'devices { secret }')).toEqual({
    devices: null,
    userErrors: [{ code: 'DEVICE_UNKNOWN', field: `devices[0].${parent}` }],
  });
});

test('R-DEV-1 devices are listed by their parent, which may be given by both of its names', async () => {
  const both = { parent: { deviceName: 'hub-3' }, gateway: { productKey: 'devA', deviceName: 'hub-3' } };
  const devices = [{ deviceName: 'hub-3' }, { deviceName: 'child-3', ...both }];
  await mutate('registerDevices', { productKey: 'devA', devices }, 'devices { secret }');
  const listed = await api.ask('{ devices(filter: { parentId: "devA.hub-3" }) { edges { node { id parent { id } gateway { id } } } } }');
  const hub = { id: 'devA.hub-3' };
  expect(listed.data.devices).toEqual({ edges: [{ node: { id: 'devA.child-3', parent: hub, gateway: hub } }] });
});

test('R-DEV-1 a parent that has another value by its older name is refused, and nothing is registered', async () => {
  const [hub5, hub6] = [{ deviceName: 'hub-5' }, { deviceName: 'hub-6' }];
  const different = [
    { parent: hub5, gateway: hub6 },
    { parent: null, gateway: hub6 },
    { parent: hub5, gateway: null },
    { parent: hub5, gateway: { ...hub5, productKey: 'devB' } },
  ];
  const fine = [{ parent: hub5, gateway: hub5 }, { parent: null, gateway: null }, { gateway: hub5 }, { parent: hub5 }];
  const behind = (pairs: object[], name: string) => pairs.map((pair, index) => ({ deviceName: `${name}-${index}`, ...pair }));
  const devices = [hub5, hub6, ...behind(different, 'child-6'), ...behind(fine, 'child-5')];
  expect(await mutate('registerDevices', { productKey: 'devA', devices }, 'devices { secret }')).toEqual({
    devices: null,
    userErrors: [2, 3, 4, 5].map((index) => ({ code: 'ALIAS_DIFFERS', field: `devices[${index}].gateway` })),
  });
  const allFine = { productKey: 'devA', devices: [hub5, hub6, ...behind(fine, 'child-5')] };
  expect(await mutate('registerDevices', allFine, 'devices { device { parent { id } } }')).toEqual({
    devices: [null, null, 'devA.hub-5', null, 'devA.hub-5', 'devA.hub-5'].map((id) => ({ device: { parent: id && { id } } })),
    userErrors: [],
  });
});

test('R-FLOW-1 R-FLOW-2 setDeviceGateway answers with the type that it has always had', async () => {
  await mutate(
    'registerDevices',
    { productKey: 'devA', devices: [{ deviceName: 'hub-7' }, { deviceName: 'child-7' }] },
    'devices { secret }',
  );
  const document = `mutation ($input: SetDeviceGatewayInput!) { setDeviceGateway(input: $input) { __typename ...Answer } }
    fragment Answer on SetDeviceGatewayPayload { devices { id gateway { id } } userErrors { code } }`;
  const { data } = await api.ask(document, { input: { deviceIds: ['devA.child-7'], gatewayId: 'devA.hub-7' } });
  expect(data.setDeviceGateway).toEqual({
    ...{ __typename: 'SetDeviceGatewayPayload', devices: [{ id: 'devA.child-7', gateway: { id: 'devA.hub-7' } }], userErrors: [] },
  });
});
