import { OPERATING_LIMITS } from '../../api/system/operating-limits';
import { aRunningTask, aTask } from '../support/builders';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const CREATE_PRODUCT =
  'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { key name dialect } userErrors { code field } } }';
const REGISTER =
  'mutation ($input: RegisterDevicesInput!) { registerDevices(input: $input) { devices { device { id deviceName online } secret } userErrors { code field message hint } } }';
const CREATE_BATCH = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
  batch { id status scope { all deviceNames } policy { pushRate { perMinute } retry { intervalMinutes maxRetries } timeoutMinutes } counts { total } rate { asked reached } package { version } }
  userErrors { code field message hint limit } } }`;

async function upload(productKey: string, version: string): Promise<string> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ productKey, name: `fw_${version}`.replaceAll('.', '_'), version })) form.set(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const response = await fetch(`${api.url}/packages`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${api.keys.operator}` },
  });
  return ((await response.json()) as { id: string }).id;
}

async function fleet(productKey: string, names: string[]): Promise<void> {
  await api.ask(CREATE_PRODUCT, { input: { key: productKey, name: 'Meters' } });
  await api.ask(REGISTER, { input: { productKey, devices: names.map((deviceName) => ({ deviceName })) } });
}

test('R-UI-1 a product and its devices are made; the secrets are in that answer only', async () => {
  const product = await api.ask(CREATE_PRODUCT, { input: { key: 'opsA', name: 'Meters' } });
  expect(product.data).toEqual({ createProduct: { product: { key: 'opsA', name: 'Meters', dialect: 'LINK' }, userErrors: [] } });
  const { data } = await api.ask(REGISTER, {
    input: { productKey: 'opsA', devices: [{ deviceName: 'meter-1' }, { deviceName: 'meter-2', secret: 'a-secret-of-its-own' }] },
  });
  expect(data.registerDevices).toMatchObject({
    devices: [
      { device: { id: 'opsA.meter-1', deviceName: 'meter-1', online: false }, secret: expect.stringMatching(/^[0-9a-f]{32}$/) },
      { device: { deviceName: 'meter-2' }, secret: 'a-secret-of-its-own' },
    ],
    userErrors: [],
  });
  const again = await api.ask('{ device(id: "opsA.meter-2") { deviceName modules { name version } } }');
  expect(again.data.device).toEqual({ deviceName: 'meter-2', modules: [] });
});

test('R-UI-1 what a caller can mend is in userErrors, with its field and what to do', async () => {
  const { data, errors } = await api.ask(REGISTER, { input: { productKey: 'noSuch', devices: [{ deviceName: 'meter-1' }] } });
  expect(errors).toBeUndefined();
  expect(data.registerDevices).toMatchObject({
    devices: null,
    userErrors: [{ code: 'PRODUCT_UNKNOWN', field: 'productKey', hint: expect.any(String) }],
  });
});

test('R-BAT-1 a static batch is created for named devices, with its policy', async () => {
  await fleet('opsB', ['meter-1', 'meter-2']);
  const packageId = await upload('opsB', '2.0.0');
  const input = {
    packageId,
    scope: { deviceNames: ['meter-1'] },
    pushRate: { perMinute: 600 },
    retry: { intervalMinutes: 10, maxRetries: 2 },
    timeoutMinutes: 60,
  };
  const { data } = await api.ask(CREATE_BATCH, { input });
  expect(data.createStaticBatch).toMatchObject({
    userErrors: [],
    batch: {
      status: 'STARTING',
      scope: { all: false, deviceNames: ['meter-1'] },
      policy: { pushRate: { perMinute: 600 }, retry: { intervalMinutes: 10, maxRetries: 2 }, timeoutMinutes: 60 },
      counts: { total: 0 },
      rate: { asked: 600, reached: 0 },
      package: { version: '2.0.0' },
    },
  });
});

test('R-BAT-1 the same idempotency key gives the same batch', async () => {
  await fleet('opsC', ['meter-1']);
  const input = { packageId: await upload('opsC', '2.0.0'), scope: { all: true }, pushRate: { perMinute: 60 }, idempotencyKey: 'once' };
  const [first, second] = [await api.ask(CREATE_BATCH, { input }), await api.ask(CREATE_BATCH, { input })];
  expect(first.data.createStaticBatch).toMatchObject({ userErrors: [] });
  expect(second.data.createStaticBatch).toEqual(first.data.createStaticBatch);
});

test.each([
  ['a rate of 9', { pushRate: { perMinute: 9 } }, 'OUT_OF_RANGE', 'pushRate.perMinute'],
  ['a rate of 10,001', { pushRate: { perMinute: 10_001 } }, 'OUT_OF_RANGE', 'pushRate.perMinute'],
  ['the target as source', { sourceVersions: ['2.0.0'] }, 'SOURCE_IS_TARGET', expect.stringContaining('sourceVersions')],
  [
    'a retry that is not shorter than the time-out',
    { retry: { intervalMinutes: 60, maxRetries: 1 }, timeoutMinutes: 60 },
    'RETRY_NOT_BEFORE_TIMEOUT',
    'retry.intervalMinutes',
  ],
  ['no devices', { scope: { deviceNames: [] } }, 'BATCH_EMPTY', 'scope.deviceNames'],
  ['an empty scope', { scope: {} }, 'REQUIRED', 'scope'],
  ['two scopes', { scope: { all: true, deviceNames: ['meter-1'] } }, 'REQUIRED', 'scope'],
])('R-RATE-1 a batch with %s is refused, naming the field of the input', async (_name, change, code, field) => {
  const productKey = `opsD${Math.random().toString(36).slice(2, 10)}`;
  await fleet(productKey, ['meter-1']);
  const input = { packageId: await upload(productKey, '2.0.0'), scope: { all: true }, pushRate: { perMinute: 60 }, ...change };
  const { data } = await api.ask(CREATE_BATCH, { input });
  expect(data.createStaticBatch).toMatchObject({
    batch: null,
    userErrors: expect.arrayContaining([expect.objectContaining({ code, field })]),
  });
  expect(await api.store.collections.batches.countDocuments({ productKey })).toBe(0);
});

test('R-UI-1 a task shows what it waits for, its cause and its device', async () => {
  await fleet('opsE', ['meter-1', 'meter-2']);
  const packageId = await upload('opsE', '2.0.0');
  const created = await api.ask(CREATE_BATCH, { input: { packageId, scope: { all: true }, pushRate: { perMinute: 60 } } });
  const batchId = (created.data.createStaticBatch as { batch: { id: string } }).batch.id;
  const failedBefore = { attempt: 2, cause: 'DOWNLOAD_FAILED' as const, causeText: 'no route', attempts: [] };
  await api.store.collections.tasks.insertMany([
    aTask({ productKey: 'opsE', deviceName: 'meter-1', batchId, packageId, reachable: false }),
    aRunningTask({ productKey: 'opsE', deviceName: 'meter-2', batchId, packageId, ...failedBefore }),
  ]);
  const { data } = await api.ask(
    '($filter: TaskFilterInput) { tasks(filter: $filter) { edges { node { deviceName status waitingFor progress cause { code origin recommendation } causeText device { deviceName } package { version } batch { id } } } } }'.replace(
      '($',
      'query ($',
    ),
    { filter: { batchId } },
  );
  const nodes = (data.tasks as { edges: { node: { deviceName: string } }[] }).edges.map(({ node }) => node);
  nodes.sort((a, b) => a.deviceName.localeCompare(b.deviceName));
  expect(nodes).toEqual([
    expect.objectContaining({ status: 'QUEUED', waitingFor: 'DEVICE_OFFLINE', cause: null, device: { deviceName: 'meter-1' } }),
    expect.objectContaining({
      status: 'IN_PROGRESS',
      waitingFor: 'TARGET_VERSION',
      progress: 10,
      cause: { code: 'DOWNLOAD_FAILED', origin: 'DEVICE', recommendation: expect.any(String) },
      causeText: 'no route',
      package: { version: '2.0.0' },
      batch: { id: batchId },
    }),
  ]);
});

test('R-UI-1 a list is read page by page, each item once', async () => {
  const names = Array.from({ length: 7 }, (_, index) => `meter-${index}`);
  await fleet('opsF', names);
  const query =
    'query ($after: String) { devices(filter: { productKey: "opsF" }, first: 3, after: $after) { edges { node { deviceName } cursor } pageInfo { hasNextPage hasPreviousPage endCursor } } }';
  const seen: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { data } = await api.ask(query, { after });
    const page = data.devices as { edges: { node: { deviceName: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    seen.push(...page.edges.map(({ node }) => node.deviceName));
    more = page.pageInfo.hasNextPage;
    after = page.pageInfo.endCursor;
  }
  expect(seen.sort()).toEqual(names);
});

test.each([
  ['a page of 101', '{ products(first: 101) { pageInfo { hasNextPage } } }', 'OUT_OF_RANGE'],
  ['a cursor of nowhere', '{ products(after: "nowhere") { pageInfo { hasNextPage } } }', 'INVALID_CURSOR'],
  ['an unknown device', '{ device(id: "no.such") { id } }', 'NOT_FOUND'],
  ['an unknown batch', '{ batch(id: "no") { id } }', 'NOT_FOUND'],
])('R-UI-1 a query for %s is answered with its code', async (_name, query, code) => {
  const { errors } = await api.ask(query);
  expect(errors?.[0]?.extensions.code).toBe(code);
});

test('R-UI-1 texts and numbers for user interfaces can be asked for', async () => {
  const { data } = await api.ask(
    '{ failureCauses { code origin description recommendation } limits { rateMinimum rateMaximum fileBytes retryIntervalMinutes } }',
  );
  expect(data.limits).toEqual({
    rateMinimum: 10,
    rateMaximum: 10_000,
    fileBytes: 1_048_576_000,
    retryIntervalMinutes: [0, 5, 10, 30, 60, 1_440],
  });
  expect((data.failureCauses as object[]).length).toBeGreaterThan(10);
});

test('R-UI-1 how long things are kept and how often somebody may ask can be asked for, as it is set', async () => {
  const query = `{ limits { ${Object.keys(OPERATING_LIMITS).join(' ')} } }`;
  expect((await api.ask(query, {}, api.keys.viewer)).data.limits).toEqual({
    keepTasksDays: null,
    keepBatchesDays: null,
    keepAuditDays: 400,
    keepSeriesDays: 400,
    keyRequestsPerSecond: 100,
    personRequestsPerSecond: 100,
    appUserRequestsPerSecond: 10,
    requestBurstSeconds: 10,
  });
  const kept = { tasksDays: 90, batchesDays: 365, auditDays: 30, seriesDays: 60 };
  const other = await startTestApi({ kept, rates: { key: 200, person: 0, appUser: 5, burstSeconds: 20 } });
  expect((await other.ask(query)).data.limits).toEqual({
    keepTasksDays: 90,
    keepBatchesDays: 365,
    keepAuditDays: 30,
    keepSeriesDays: 60,
    keyRequestsPerSecond: 200,
    personRequestsPerSecond: null,
    appUserRequestsPerSecond: 5,
    requestBurstSeconds: 20,
  });
  await other.stop();
});

test('R-UI-1 a key that is revoked is listed as revoked', async () => {
  const ask = (query: string, variables: object) => api.ask(query, variables, api.keys.administrator);
  const made = await ask(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id name role } userErrors { code } } }',
    {
      input: { name: 'for a while', role: 'VIEWER' },
    },
  );
  const { apiKey } = made.data.createApiKey as { apiKey: { id: string } };
  const ended = await ask(
    'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id revokedAt } userErrors { code } } }',
    { input: { id: apiKey.id } },
  );
  expect(made.data.createApiKey).toMatchObject({
    key: expect.any(String),
    apiKey: { name: 'for a while', role: 'VIEWER' },
    userErrors: [],
  });
  expect(ended.data.revokeApiKey).toMatchObject({ apiKey: { id: apiKey.id, revokedAt: expect.any(String) }, userErrors: [] });
});
