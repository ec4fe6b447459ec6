import { operator } from '../support/core-parts';
import { importsOf } from './support/imports';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
const { send, get, ended } = importsOf(() => api);
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'impA', name: 'Meters' });
});
afterAll(() => api.stop());

test('R-DEV-7 a device is registered with its owner, found by it, and given to another', async () => {
  const devices = [{ deviceName: 'dev-1', owner: 'user-1' }, { deviceName: 'dev-2' }];
  const registered = await api.ask(
    'mutation ($devices: [NewDeviceInput!]!) { registerDevices(input: { productKey: "impA", devices: $devices }) { devices { device { id owner } } } }',
    { devices },
  );
  expect(registered.data.registerDevices).toEqual({
    devices: [{ device: { id: 'impA.dev-1', owner: 'user-1' } }, { device: { id: 'impA.dev-2', owner: null } }],
  });
  const owned = async (owner: string) =>
    (await api.ask('query ($owner: String) { devices(filter: { owner: $owner }) { edges { node { id } } } }', { owner })).data.devices;
  expect(await owned('user-1')).toEqual({ edges: [{ node: { id: 'impA.dev-1' } }] });
  const changed = await api.ask(
    'mutation ($devices: [DeviceOwnerInput!]!) { setDeviceOwners(input: { devices: $devices }) { devices { id owner } userErrors { code } } }',
    { devices: [{ deviceId: 'impA.dev-1', owner: 'user-2' }, { deviceId: 'impA.dev-2' }] },
  );
  expect(changed.data.setDeviceOwners).toEqual({
    devices: [
      { id: 'impA.dev-1', owner: 'user-2' },
      { id: 'impA.dev-2', owner: null },
    ],
    userErrors: [],
  });
  expect([await owned('user-1'), await owned('user-2')]).toEqual([{ edges: [] }, { edges: [{ node: { id: 'impA.dev-1' } }] }]);
});

test('R-DEV-6 R-DEV-7 a file gives devices their owners, and one that is none is told with its row', async () => {
  const { body } = await send('deviceName,Owner\nfile-1,user-7\nfile-2,\n');
  await ended(body.id);
  const made = await api.core.devices.getMany(['impA.file-1', 'impA.file-2']);
  expect(made.map((device) => device?.owner)).toEqual(['user-7', undefined]);
  const wrong = await send(`deviceName,owner\nfile-3,${'x'.repeat(129)}\n`);
  expect([wrong.status, wrong.body.import?.problems]).toMatchObject([422, { OWNER: 1 }]);
  expect((await get(`${wrong.body.import?.id}/invalid.csv`)).text).toContain('OWNER');
});

test('R-UI-4 R-DEV-7 the audit trail tells whose devices were and are, by pseudonyms, and of a long call those of the first 20', async () => {
  const names = Array.from({ length: 25 }, (_, n) => `told-${n}`);
  await api.core.devices.register(
    operator,
    'impA',
    names.map((deviceName) => ({ deviceName, owner: 'kim' })),
  );
  const give = (owner: string | null, those: readonly string[]) =>
    api.ask('mutation ($devices: [DeviceOwnerInput!]!) { setDeviceOwners(input: { devices: $devices }) { userErrors { code } } }', {
      devices: those.map((name) => ({ deviceId: `impA.${name}`, owner })),
    });
  await give('lee', names);
  await give(null, ['told-0', 'told-0']);
  const { data } = await api.ask(
    '{ auditEntries(first: 2, filter: { action: "setDeviceOwners" }) { edges { node { before after } } } }',
    {},
    api.keys.administrator,
  );
  type Told = { owners: { deviceId: string; owner: string | null }[] };
  const entries = (data.auditEntries as { edges: { node: { before: string; after: string } }[] }).edges.map(
    ({ node }) => [JSON.parse(node.before), JSON.parse(node.after)] as [Told, Told],
  );
  expect(JSON.stringify(entries)).not.toMatch(/kim|lee/);
  const [[last], [was, is]] = entries as [[Told, Told], [Told, Told]];
  const [kim, lee] = [was.owners[0]?.owner, is.owners[0]?.owner];
  expect([kim, lee]).toEqual([expect.stringMatching(/^actor:/), expect.stringMatching(/^actor:/)]);
  expect(kim).not.toBe(lee);
  expect([was.owners.length, is.owners.length]).toEqual([20, 20]);
  expect(entries[0]).toEqual([
    { owners: [{ deviceId: 'impA.told-0', owner: lee }] },
    { owners: [{ deviceId: 'impA.told-0', owner: null }] },
  ]);
  expect(last.owners).toHaveLength(1);
});
