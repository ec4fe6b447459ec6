import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'devA', name: 'Meters' });
  await api.core.products.create(operator, { key: 'devB', name: 'Valves' });
});
afterAll(() => api.stop());

test('R-UI-3 devices come with their product and with when they came and went, each by one look for all of a page', async () => {
  const names = ['seen-1', 'seen-2', 'seen-3'];
  await api.core.devices.register(
    operator,
    'devA',
    names.map((deviceName) => ({ deviceName })),
  );
  await api.core.devices.connected('devA.seen-1', 'gw-1', 's1');
  await api.core.devices.disconnected('devA.seen-1', 's1');
  const [products, kept] = [jest.spyOn(api.core.products, 'getMany'), jest.spyOn(api.core.devices, 'presenceKept')];
  const query =
    '{ devices(filter: { productKey: "devA", namePrefix: "seen-" }) { edges { node { product { key name } presenceChanges { at online reason } } } } }';
  const { data, errors } = await api.ask(query, {}, api.keys.viewer);
  expect(errors).toBeUndefined();
  const nodes = (data.devices as { edges: { node: object }[] }).edges.map(({ node }) => node);
  const product = { key: 'devA', name: 'Meters' };
  const away = { at: expect.any(String), online: false, reason: 'CONNECTION' };
  expect(nodes).toEqual([
    { product, presenceChanges: expect.arrayContaining([away]) },
    { product, presenceChanges: [] },
    { product, presenceChanges: [] },
  ]);
  expect([products.mock.calls, kept.mock.calls]).toEqual([[[['devA']]], [[names.map((name) => `devA.${name}`)]]]);
});

test('R-UI-3 R-SAFE-2 devices come as CSV, found as by a list, without formulas and without what they sign in with', async () => {
  const from = (search: string, key: string | null = api.keys.viewer) =>
    fetch(`${api.url}/devices.csv${search}`, key === null ? {} : { headers: { authorization: `Bearer ${key}` } });
  await api.core.products.create(operator, { key: 'devCsv', name: 'Valves' });
  const [registered] = await api.core.devices.register(operator, 'devCsv', [
    { deviceName: 'csv-1', owner: '=cmd|evil', tags: [{ key: 'site', value: 'n,"1"' }], region: { province: '@Bern', city: 'Thun' } },
    { deviceName: 'csv-2' },
    { deviceName: 'other' },
  ]);
  const answer = await from('?productKey=devCsv&namePrefix=csv-&online=false');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  const text = await answer.text();
  const [head, first, second, ...rest] = text.split('\r\n');
  expect(head).toMatch(/^product,device,dialect,enabled,online,/);
  expect(first).toMatch(/^devCsv,csv-1,LINK,true,false,,,'@Bern,Thun,"?'=cmd\|evil"?,,/);
  expect([second?.slice(0, 12), rest]).toEqual(['devCsv,csv-2', ['']]);
  expect([typeof registered?.secret, text.includes(registered?.secret ?? '')]).toEqual(['string', false]);
  const tagged = await (await from('?tagKey=site&tagValue=n%2C%221%22')).text();
  expect(tagged.split('\r\n').length).toBe(3);
  const refused = async (search: string) => {
    const { errors } = (await (await from(search)).json()) as { errors: { code: string; field: string }[] };
    return errors.map(({ code, field }) => [code, field]);
  };
  expect(await refused('?namePrefx=a')).toEqual([['INVALID_FORMAT', 'namePrefx']]);
  expect(await refused('?online=maybe')).toEqual([['INVALID_FORMAT', 'online']]);
  expect(await refused('?dialect=SMOKE')).toEqual([['INVALID_FORMAT', 'dialect']]);
  expect(await refused('?tagKey=site')).toEqual([['REQUIRED', 'tagValue']]);
  expect(await refused('?namePrefix=a')).toEqual([['REQUIRED', 'filter.productKey']]);
  expect((await from('', null)).status).toBe(401);
});

test('R-BAT-3 the template of a list is taken as a list', async () => {
  const headers = { authorization: `Bearer ${api.keys.operator}` };
  const template = await (await fetch(`${api.url}/lists/template.csv`, { headers })).text();
  expect(template).toBe('deviceName\r\nmeter-0001\r\n');
  await api.core.devices.register(operator, 'devCsv', [{ deviceName: 'meter-0001' }]);
  const sent = await fetch(`${api.url}/lists?productKey=devCsv`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/csv' },
    body: template,
  });
  expect(await sent.json()).toMatchObject({ status: 'CLEAN', rows: 1 });
});
