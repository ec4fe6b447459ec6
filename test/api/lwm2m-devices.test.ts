import { operator } from '../support/core-parts';
import { importsOf } from './support/imports';
import { startTestApi, type TestApi } from './support/test-api';

const KEY = 'ab'.repeat(32);
let api: TestApi;
const { send, get, ended } = importsOf(() => api);
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'cells', name: 'Cells', dialect: 'LWM2M' });
});
afterAll(() => api.stop());

/** A mutation's payload, with its errors. */
async function mutate(name: string, input: object, fields: string): Promise<Record<string, unknown>> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await api.ask(
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code field limit } } }`,
    { input },
  );
  if (errors) throw new Error(errors[0]?.message);
  return data[name] as Record<string, unknown>;
}
const REGISTERED = 'devices { secret psk { identity key } device { id dialect lwm2m { endpoint pskIdentities } } }';

test('R-FLOW-7 a registration tells the key that was made, once; nothing else tells any', async () => {
  const registered = await mutate(
    'registerDevices',
    {
      productKey: 'cells',
      devices: [
        { deviceName: 'cell-1' },
        { deviceName: 'cell-2', lwm2m: { endpoint: 'urn:imei:2', psks: [{ identity: 'two', key: KEY }] }, secret: 'a secret of its own' },
        { deviceName: 'dev-1', dialect: 'LINK', secret: 'another secret of its own' },
      ],
    },
    REGISTERED,
  );
  expect(registered).toEqual({
    devices: [
      {
        ...{ secret: null, psk: { identity: 'cell-1', key: expect.stringMatching(/^[0-9a-f]{64}$/) } },
        device: { id: 'cells.cell-1', dialect: 'LWM2M', lwm2m: { endpoint: 'cell-1', pskIdentities: ['cell-1'] } },
      },
      {
        ...{ secret: 'a secret of its own', psk: null },
        device: { id: 'cells.cell-2', dialect: 'LWM2M', lwm2m: { endpoint: 'urn:imei:2', pskIdentities: ['two'] } },
      },
      { secret: 'another secret of its own', psk: null, device: { id: 'cells.dev-1', dialect: 'LINK', lwm2m: null } },
    ],
    userErrors: [],
  });
  const { text } = await read('{ device(id: "cells.cell-2") { id lwm2m { endpoint pskIdentities } } }');
  expect(text).not.toContain(KEY);
});

async function read(query: string): Promise<{ text: string }> {
  return { text: JSON.stringify(await api.ask(query, {})) };
}

test('R-FLOW-7 identities are set for devices together, and refusals name the field', async () => {
  const set = (devices: object[]) => mutate('setLwm2mIdentities', { devices }, 'devices { lwm2m { endpoint pskIdentities } }');
  expect(await set([{ deviceId: 'cells.cell-2', psks: [{ identity: 'two' }, { identity: 'two-b', key: KEY.toUpperCase() }] }])).toEqual({
    devices: [{ lwm2m: { endpoint: 'urn:imei:2', pskIdentities: ['two', 'two-b'] } }],
    userErrors: [],
  });
  expect(await set([{ deviceId: 'cells.cell-1', endpoint: 'urn:imei:2' }])).toEqual({
    devices: null,
    userErrors: [{ code: 'ENDPOINT_EXISTS', field: 'devices[0].endpoint', limit: null }],
  });
  expect(await set([{ deviceId: 'cells.cell-1', psks: [{ identity: 'one', key: 'abcd' }] }])).toMatchObject({
    userErrors: [{ code: 'INVALID_FORMAT', field: 'devices[0].psks[0].key', limit: '16–64 bytes' }],
  });
});

test('R-FLOW-7 a device is found by its endpoint name, and by the identity of a key, as the store has them', async () => {
  const query = 'query ($filter: DeviceFilterInput) { devices(filter: $filter) { edges { node { id } } } }';
  const found = async (filter: object) => {
    const { data } = await api.ask(query, { filter });
    return (data.devices as { edges: { node: { id: string } }[] }).edges.map(({ node }) => node.id);
  };
  expect(await found({ endpoint: 'urn:imei:2' })).toEqual(['cells.cell-2']);
  expect(await found({ pskIdentity: 'two-b' })).toEqual(['cells.cell-2']);
  for (const filter of [
    { endpoint: 'URN:IMEI:2' },
    { endpoint: '' },
    { pskIdentity: 'urn:imei:2' },
    { endpoint: 'urn:imei:2', pskIdentity: 'cell-1' },
  ])
    expect([filter, await found(filter)]).toEqual([filter, []]);
});

test('R-FLOW-7 a thousand devices with two keys each fit into one call', async () => {
  const devices = Array.from({ length: 1_000 }, (_, index) => ({
    deviceName: `many-${index}`,
    lwm2m: { psks: ['a', 'b'].map((which) => ({ identity: `many-${index}-${which}`, key: KEY })) },
  }));
  const { userErrors, devices: made } = await mutate('registerDevices', { productKey: 'cells', devices }, 'devices { psk { key } }');
  expect([userErrors, (made as object[]).length]).toEqual([[], 1_000]);
});

test('R-FLOW-7 a product says how its LwM2M devices are spoken to', async () => {
  const SETTINGS = 'product { plainCoap awakeSeconds ackTimeoutSeconds }';
  expect(await mutate('createProduct', { key: 'nbiot', name: 'NB-IoT', dialect: 'LWM2M', ackTimeoutSeconds: 15 }, SETTINGS)).toEqual({
    product: { plainCoap: false, awakeSeconds: 93, ackTimeoutSeconds: 15 },
    userErrors: [],
  });
  expect(await mutate('updateProduct', { key: 'nbiot', plainCoap: true, awakeSeconds: 20 }, SETTINGS)).toEqual({
    product: { plainCoap: true, awakeSeconds: 20, ackTimeoutSeconds: 15 },
    userErrors: [],
  });
  expect(await mutate('updateProduct', { key: 'nbiot', awakeSeconds: 0, ackTimeoutSeconds: 31 }, SETTINGS)).toEqual({
    product: null,
    userErrors: [
      { code: 'OUT_OF_RANGE', field: 'awakeSeconds', limit: '1–3600' },
      { code: 'OUT_OF_RANGE', field: 'ackTimeoutSeconds', limit: '1–30' },
    ],
  });
});

test('R-DEV-6 R-FLOW-7 a file brings LwM2M devices, and the keys that were made stand beside the secrets', async () => {
  const { body } = await send(`deviceName,endpoint,pskIdentity,pskKey\nfile-1,,,\nfile-2,urn:2,id-2,${KEY}\n`, 'productKey=cells');
  expect(await ended(body.id)).toEqual({ status: 'FINISHED', created: 2 });
  const key = (await api.core.devices.pskOf('file-1'))?.key.toString('hex');
  expect((await get(`${body.id}/devices.csv`)).text).toBe(`deviceName,secret,pskIdentity,pskKey\r\nfile-1,,file-1,${key}\r\nfile-2,,,\r\n`);
  const wrong = await send(`deviceName,pskKey,dialect\nfile-3,short,\nfile-4,,LORA\nfile-5,${KEY},\n`, 'productKey=cells');
  expect(wrong.body.import?.problems).toMatchObject({ PSK: 1, DIALECT: 1 });
  const { data } = await api.ask('query ($id: ID!) { deviceImport(id: $id) { problems { dialect endpoint psk } } }', {
    id: wrong.body.import?.id,
  });
  expect(data.deviceImport).toEqual({ problems: { dialect: 1, endpoint: 0, psk: 1 } });
});
