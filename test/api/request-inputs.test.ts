import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

test('R-SAFE-1 a rule of a few too many conditions is refused by their number', async () => {
  const query = 'mutation ($input: CreateDynamicGroupInput!) { createDynamicGroup(input: $input) { userErrors { code limit } } }';
  const input = { name: 'many', rule: { all: Array.from({ length: 1_000 }, () => ({})) } };
  const { data } = await api.ask(query, { input });
  expect((data.createDynamicGroup as { userErrors: object[] }).userErrors[0]).toMatchObject({ limit: '20 conditions' });
});

test('R-SAFE-1 the largest registration, 1,000 devices with 20 tags each, is not too many values', async () => {
  const query = 'mutation ($input: RegisterDevicesInput!) { registerDevices(input: $input) { userErrors { code } } }';
  const tags = Array.from({ length: 20 }, (_, index) => ({ key: `k${index}`, value: 'v' }));
  const devices = Array.from({ length: 1_000 }, (_, index) => ({ deviceName: `d${index}`, tags }));
  const { data } = await api.ask(query, { input: { productKey: 'none', devices } });
  expect(data.registerDevices).toEqual({ userErrors: [{ code: 'PRODUCT_UNKNOWN' }] });
});

test('R-UI-1 a value that does not fit is not repeated: it may be a secret', async () => {
  const query = 'mutation ($input: RegisterDevicesInput!) { registerDevices(input: $input) { userErrors { code } } }';
  for (const secret of [{ a: '379f; b' }, ['379f'], 379]) {
    const devices = [{ deviceName: 'd', region: secret }];
    const { errors } = await api.ask(query, { input: { productKey: 'p', devices } });
    expect(errors?.[0]).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT' },
      message: expect.stringContaining('input.devices[0].region'),
    });
    expect(JSON.stringify(errors)).not.toContain('379');
  }
  const { errors } = await api.ask('{ product(key: 379) { key } }');
  expect(errors?.[0]?.message).toBe('String cannot represent a non string value.');
});

test('R-UI-1 an address that there is not is told as JSON', async () => {
  for (const [method, path] of [
    ['GET', '/none'],
    ['POST', '/healthz'],
    ['GET', '/batches/x'],
  ]) {
    const answer = await fetch(`${api.url}${path}`, { method });
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 404,
      body: { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
    });
  }
});
