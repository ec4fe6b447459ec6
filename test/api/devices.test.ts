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
