import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'modA', name: 'Meters' });
  await api.core.devices.register(operator, 'modA', [{ deviceName: 'dev-1' }, { deviceName: 'dev-2' }]);
});
afterAll(() => api.stop());

async function upload(fields: [string, string][]): Promise<{ status: number; body: Record<string, unknown> }> {
  const form = new FormData();
  for (const [name, value] of [['productKey', 'modA'], ['name', 'firmware'], ...fields] as [string, string][]) form.append(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const response = await fetch(`${api.url}/packages`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${api.keys.operator}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('R-PKG-3 a package is uploaded for MCU and as 1.0.0+build.5, with the source versions that devices report', async () => {
  const { status, body } = await upload([
    ['module', 'MCU'],
    ['version', '1.0.0+build.5'],
    ['sourceVersions', '0.9+b1, 0.8~rc'],
    ['sourceVersions', '["0.7,final","[x]"]'],
    ['sourceVersions', '[y]'],
  ]);
  expect([status, body.module, body.version, body.sourceVersions]).toEqual([
    201,
    'mcu',
    '1.0.0+build.5',
    ['0.9+b1', '0.8~rc', '0.7,final', '[x]', '[y]'],
  ]);
  const again = await upload([
    ['module', 'mcu'],
    ['version', '1.0.0+build.5'],
  ]);
  expect(again).toMatchObject({ status: 409, body: { errors: [{ code: 'PACKAGE_EXISTS' }] } });
  expect(
    await upload([
      ['module', 'wifi.fw'],
      ['version', '2~1'],
    ]),
  ).toMatchObject({ status: 201, body: { module: 'wifi.fw', version: '2~1' } });
});

test('R-PKG-3 each field that cannot be named has one exact error', async () => {
  const { status, body } = await upload([
    ['module', 'a b'],
    ['version', '1,0'],
    ['sourceVersions', 'x\ty'],
  ]);
  expect(status).toBe(422);
  expect(body.errors).toEqual([
    expect.objectContaining({
      code: 'INVALID_FORMAT',
      field: 'module',
      message: 'A module name takes only letters A–Z and a–z, digits, ., _ and -.',
    }),
    expect.objectContaining({
      code: 'INVALID_FORMAT',
      field: 'version',
      message: 'A version takes only letters A–Z and a–z, digits, ., _, +, ~ and -.',
    }),
    expect.objectContaining({
      code: 'INVALID_FORMAT',
      field: 'sourceVersions.0',
      message: 'A version takes only printable characters and no blanks.',
    }),
  ]);
});

test('R-DEV-1 R-PKG-11 a device shows its modules by key, as it writes them, and its last report that could not be read', async () => {
  await api.core.tasks.report('modA.dev-1', { kind: 'version', module: 'WiFi.FW', version: '1.0.0+build.5' });
  await api.core.tasks.report('modA.dev-1', { kind: 'version', module: 'default', version: '7' });
  api.core.tasks.ignored('modA.dev-1', { reason: 'VERSION_CHARACTERS', text: '1.0 rc' });
  const query =
    'query ($filter: DeviceFilterInput) { devices(filter: $filter) { edges { node { deviceName modules { name spelling version } lastIgnoredReport { at reason text } } } } }';
  const asked = async (filter: object) =>
    ((await api.ask(query, { filter: { productKey: 'modA', ...filter } })).data.devices as { edges: { node: Record<string, unknown> }[] })
      .edges;
  let found = await asked({});
  while (found[0]?.node.lastIgnoredReport === null) found = await asked({});
  expect(found.map(({ node }) => node)).toEqual([
    {
      deviceName: 'dev-1',
      modules: [
        { name: 'default', spelling: 'default', version: '7' },
        { name: 'wifi.fw', spelling: 'WiFi.FW', version: '1.0.0+build.5' },
      ],
      lastIgnoredReport: { at: expect.any(String), reason: 'VERSION_CHARACTERS', text: '1.0 rc' },
    },
    { deviceName: 'dev-2', modules: [], lastIgnoredReport: null },
  ]);
  expect(await asked({ module: 'WIFI.FW', version: '1.0.0+build.5' })).toHaveLength(1);
  const counts = 'query ($module: String) { moduleVersions(productKey: "modA", module: $module) { edges { node { version devices } } } }';
  expect((await api.ask(counts, { module: 'WIFI.fw' })).data.moduleVersions).toEqual({
    edges: [{ node: { version: '1.0.0+build.5', devices: 1 } }],
  });
  const { errors } = await api.ask(query, { filter: { productKey: 'modA', module: 'wifi fw' } });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_FORMAT', field: 'filter.module' });
});

test('R-DEV-4 a dynamic group’s rule names the module in any case, and is shown with its key', async () => {
  const rule = { field: 'MODULE_VERSION', module: 'WiFi.FW', values: ['1.0.0+build.5'] };
  const { data } = await api.ask(
    'mutation ($input: CreateDynamicGroupInput!) { createDynamicGroup(input: $input) { group { rule { module values } } userErrors { code field } } }',
    { input: { name: 'built', rule } },
  );
  expect(data.createDynamicGroup).toEqual({ group: { rule: { module: 'wifi.fw', values: ['1.0.0+build.5'] } }, userErrors: [] });
});
