import { aPackage } from '../support/builders';
import { startTestApi, type TestApi } from './support/test-api';

const MINUTE_MS = 60_000;
const inMinutes = (minutes: number): Date => new Date(Date.now() + minutes * MINUTE_MS);
const variable = { base: 10, factor: 1.5, maximum: 100, threshold: 'NOTIFIED', thresholdCount: 100 };

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  for (const key of ['refuses', 'strict']) {
    await api.ask('mutation ($key: String!) { createProduct(input: { key: $key, name: "Meters" }) { product { key } } }', { key });
    const register =
      'mutation ($key: String!) { registerDevices(input: { productKey: $key, devices: [{ deviceName: "meter-1" }] }) { devices { secret } } }';
    await api.ask(register, { key });
  }
  const { packages, deviceLists } = api.store.collections;
  const file = { fileId: 'f', name: 'fw.bin', size: 12, md5: '0'.repeat(32), sha256: '0'.repeat(64) };
  await packages.insertMany([
    aPackage({ _id: 'full', productKey: 'refuses', version: '2.0.0' }),
    aPackage({ _id: 'narrow', productKey: 'refuses', version: '2.1.0', sourceVersions: ['1.0.0'] }),
    aPackage({ _id: 'difference', productKey: 'refuses', version: '2.2.0', kind: 'DIFFERENTIAL', sourceVersions: ['1.0.0', '1.1.0'] }),
    aPackage({ _id: 'files', productKey: 'refuses', version: '2.3.0', files: [file, { ...file, name: 'second.bin' }] }),
    aPackage({ _id: 'large', productKey: 'refuses', version: '2.4.0', files: [{ ...file, size: 16 * 1024 * 1024 + 1 }] }),
    aPackage({
      _id: 'untried',
      productKey: 'refuses',
      version: '2.5.0',
      verification: { required: true, state: 'UNVERIFIED', verifiedAt: null },
    }),
    aPackage({ _id: 'first', productKey: 'strict', version: '2.0.0' }),
    aPackage({ _id: 'second', productKey: 'strict', version: '3.0.0' }),
  ]);
  const list = { productKey: 'refuses', rows: 2, createdBy: 'k', createdAt: new Date(), expiresAt: inMinutes(600) };
  const problems = { INVALID: 0, UNKNOWN: 1, DUPLICATE: 0 };
  await deviceLists.insertMany([
    { _id: 'unclean', status: 'REFUSED', problems, ...list },
    { _id: 'checking', status: 'CHECKING', problems, ...list },
  ]);
  await api.ask('mutation { updateProduct(input: { key: "strict", refuseConflictingBatches: true }) { product { key } } }');
  await ask('createStaticBatch', { packageId: 'first' });
});
afterAll(() => api.stop());

const FIELDS = { createStaticBatch: 'batch { id }', previewBatch: 'preview { toPush }' } as const;
type Operation = keyof typeof FIELDS;
async function ask(operation: Operation, input: object) {
  const kind = operation === 'previewBatch' ? 'query' : 'mutation';
  const document = `${kind} ($input: CreateStaticBatchInput!) { ${operation}(input: $input) { ${FIELDS[operation]} userErrors { code field conflictingId } } }`;
  const { data } = await api.ask(document, { input: { packageId: 'full', scope: { all: true }, pushRate: { perMinute: 60 }, ...input } });
  return data[operation] as { userErrors: { code: string; field: string | null; conflictingId: string | null }[] };
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `meter-${index}`);
const region = (province: string, city: string) => ({ region: { province, city } });
/** Each rule of a static batch, broken once. */
const RULES: [rule: string, input: object, code: string, field: string][] = [
  ['R-BAT-1 the package is there', { packageId: 'none' }, 'PACKAGE_UNKNOWN', 'packageId'],
  ['R-UI-1 a name has a length', { name: 'x'.repeat(200) }, 'INVALID_FORMAT', 'name'],
  ['R-BAT-2 a scope is given', { scope: {} }, 'REQUIRED', 'scope'],
  ['R-BAT-2 and only one', { scope: { all: true, deviceNames: ['meter-1'] } }, 'REQUIRED', 'scope'],
  ['R-BAT-2 a device is named', { scope: { deviceNames: [] } }, 'BATCH_EMPTY', 'scope.deviceNames'],
  ['R-BAT-2 200 by hand at most', { scope: { deviceNames: names(201) } }, 'TOO_MANY', 'scope.deviceNames'],
  ['R-BAT-2 each of them known', { scope: { deviceNames: ['meter-1', 'nobody'] } }, 'DEVICE_UNKNOWN', 'scope.deviceNames[1]'],
  ['R-BAT-2 a province is named', { scope: region('', 'Thun') }, 'REQUIRED', 'scope.region.province'],
  ['R-BAT-2 somebody is there', { scope: region('Bern', 'Thun') }, 'BATCH_EMPTY', 'scope'],
  ['R-BAT-2 the group is there', { scope: { groupId: 'none' } }, 'GROUP_UNKNOWN', 'scope.groupId'],
  ['R-BAT-3 the list is there', { scope: { listId: 'none' } }, 'LIST_UNKNOWN', 'scope.listId'],
  ['R-BAT-3 the list is clean', { scope: { listId: 'unclean' } }, 'LIST_NOT_CLEAN', 'scope.listId'],
  ['R-BAT-3 the list is checked', { scope: { listId: 'checking' } }, 'LIST_NOT_CLEAN', 'scope.listId'],
  ['R-BAT-4 a share is 1 % at least', { scope: { phased: { percent: 0 } } }, 'OUT_OF_RANGE', 'scope.phased.percent'],
  ['R-BAT-4 and 100 % at most', { scope: { phased: { percent: 101 } } }, 'OUT_OF_RANGE', 'scope.phased.percent'],
  ['R-BAT-4 a seed is plain', { scope: { phased: { percent: 5, seed: 'a b' } } }, 'INVALID_FORMAT', 'scope.phased.seed'],
  ['R-BAT-5 the target is no source', { sourceVersions: ['2.0.0'] }, 'SOURCE_IS_TARGET', 'sourceVersions.0'],
  ['R-BAT-5 a version has a form', { sourceVersions: ['1 0'] }, 'INVALID_FORMAT', 'sourceVersions.0'],
  [
    'R-BAT-5 who is named is meant',
    { scope: { deviceNames: ['meter-1'] }, sourceVersions: ['1.0.0'] },
    'SOURCE_VERSIONS_TARGETED',
    'sourceVersions',
  ],
  ['R-BAT-5 somebody has the version', { sourceVersions: ['0.0.1'] }, 'BATCH_EMPTY', 'scope'],
  [
    'R-PKG-6 the package upgrades from it',
    { packageId: 'narrow', sourceVersions: ['1.1.0'] },
    'SOURCE_VERSION_REFUSED',
    'sourceVersions.0',
  ],
  [
    'R-PKG-4 a difference brings its own',
    { packageId: 'difference', sourceVersions: ['1.0.0'] },
    'SOURCE_VERSION_REFUSED',
    'sourceVersions',
  ],
  ['R-PKG-9 the package was tried', { packageId: 'untried' }, 'PACKAGE_UNVERIFIED', 'packageId'],
  ['R-BAT-6 it starts in 5 minutes at least', { schedule: { startAt: inMinutes(4) } }, 'SCHEDULE_OUT_OF_RANGE', 'schedule.startAt'],
  // Reckoned before the first test of this file, and so by more than all of them may take.
  ['R-BAT-6 and in 7 days at most', { schedule: { startAt: inMinutes(11_000) } }, 'SCHEDULE_OUT_OF_RANGE', 'schedule.startAt'],
  [
    'R-BAT-6 it ends an hour later',
    { schedule: { startAt: inMinutes(600), endAt: inMinutes(659) } },
    'SCHEDULE_OUT_OF_RANGE',
    'schedule.endAt',
  ],
  ['R-BAT-7 a push has a rate', { pushRate: null }, 'REQUIRED', 'pushRate'],
  ['R-RATE-1 of 10 a minute at least', { pushRate: { perMinute: 9 } }, 'OUT_OF_RANGE', 'pushRate.perMinute'],
  ['R-RATE-1 and 10,000 at most', { pushRate: { perMinute: 10_001 } }, 'OUT_OF_RANGE', 'pushRate.perMinute'],
  ['R-RATE-2 the base is 1 at least', { pushRate: { variable: { ...variable, base: 0 } } }, 'OUT_OF_RANGE', 'pushRate.variable.base'],
  [
    'R-RATE-2 the base is not above the maximum',
    { pushRate: { variable: { ...variable, base: 101 } } },
    'RATE_BASE_ABOVE_MAXIMUM',
    'pushRate.variable.base',
  ],
  [
    'R-RATE-2 the factor is 1.20 at least',
    { pushRate: { variable: { ...variable, factor: 1.19 } } },
    'OUT_OF_RANGE',
    'pushRate.variable.factor',
  ],
  [
    'R-RATE-2 the maximum is 10 at least',
    { pushRate: { variable: { ...variable, base: 1, maximum: 9 } } },
    'OUT_OF_RANGE',
    'pushRate.variable.maximum',
  ],
  [
    'R-RATE-2 the threshold is 1 at least',
    { pushRate: { variable: { ...variable, thresholdCount: 0 } } },
    'OUT_OF_RANGE',
    'pushRate.variable.thresholdCount',
  ],
  ['R-TASK-4 a time-out is a minute at least', { timeoutMinutes: 0 }, 'OUT_OF_RANGE', 'timeoutMinutes'],
  ['R-TASK-4 and a day at most', { timeoutMinutes: 1_441 }, 'OUT_OF_RANGE', 'timeoutMinutes'],
  ['R-TASK-5 the interval is one of those', { retry: { intervalMinutes: 15, maxRetries: 1 } }, 'OUT_OF_RANGE', 'retry.intervalMinutes'],
  ['R-TASK-5 the retries are 1, 2 or 5', { retry: { intervalMinutes: 10, maxRetries: 3 } }, 'OUT_OF_RANGE', 'retry.maxRetries'],
  [
    'R-TASK-5 a retry comes before the time-out',
    { retry: { intervalMinutes: 60, maxRetries: 1 }, timeoutMinutes: 60 },
    'RETRY_NOT_BEFORE_TIMEOUT',
    'retry.intervalMinutes',
  ],
  ['R-BAT-24 a halt has a threshold', { halt: { minimumFinished: 1 } }, 'REQUIRED', 'halt'],
  ['R-BAT-24 of 100 % at most', { halt: { failedPercent: 101, minimumFinished: 1 } }, 'OUT_OF_RANGE', 'halt.failedPercent'],
  ['R-DL-3 over MQTT goes one file', { packageId: 'files', downloadProtocol: 'MQTT' }, 'DOWNLOAD_PROTOCOL', 'downloadProtocol'],
  ['R-DL-3 of 16 MB', { packageId: 'large', downloadProtocol: 'MQTT' }, 'DOWNLOAD_PROTOCOL', 'downloadProtocol'],
  ['R-FLOW-3 the installation has the scheme', { schemes: ['HTTP', 'COAPS'] }, 'DOWNLOAD_SCHEME', 'schemes.1'],
  ['R-FLOW-3 schemes are named, or left out', { schemes: [] }, 'REQUIRED', 'schemes'],
  ['R-BAT-20 no other package is being pushed', { packageId: 'second' }, 'BATCH_CONFLICT', 'packageId'],
];

test.each(RULES)('R-BAT-23 %s: creation and preview refuse alike', async (_rule, input, code, field) => {
  const before = await api.store.collections.batches.countDocuments();
  const [created, previewed] = [await ask('createStaticBatch', input), await ask('previewBatch', input)];
  expect(created.userErrors).toEqual([{ code, field, conflictingId: created.userErrors[0]?.conflictingId ?? null }]);
  expect(previewed.userErrors).toEqual(created.userErrors);
  expect([created, previewed]).toMatchObject([{ batch: null }, { preview: null }]);
  expect(await api.store.collections.batches.countDocuments()).toBe(before);
});

test('R-BAT-23 all that is wrong is told at once, by the preview as well', async () => {
  const input = { pushRate: { perMinute: 9 }, timeoutMinutes: 0, sourceVersions: ['2.0.0'] };
  const [created, previewed] = [await ask('createStaticBatch', input), await ask('previewBatch', input)];
  expect(created.userErrors.map(({ code }) => code).sort()).toEqual(['OUT_OF_RANGE', 'OUT_OF_RANGE', 'SOURCE_IS_TARGET']);
  expect(previewed.userErrors).toEqual(created.userErrors);
});

test('R-BAT-23 a preview shows selection, versions, curve and end', async () => {
  const document = `query ($input: CreateStaticBatchInput!) { previewBatch(input: $input) { userErrors { code } preview {
    selection { matched created skippedVersion skippedDialect skippedPhase skippedBusy } atTarget toPush estimated otherVersions
    versions { version devices } curve { minute pushes total } stepMinutes startAt lastPushAt expectedEnd limitedBy } } }`;
  const startAt = inMinutes(10).toISOString();
  const input = { packageId: 'full', scope: { all: true }, pushRate: { perMinute: 60 }, schedule: { startAt } };
  const { data } = await api.ask(document, { input });
  expect(data.previewBatch).toEqual({
    userErrors: [],
    preview: {
      selection: { matched: 1, created: 1, skippedVersion: 0, skippedDialect: 0, skippedPhase: 0, skippedBusy: 0 },
      ...{ atTarget: 0, toPush: 1, estimated: false, otherVersions: 0, versions: [{ version: null, devices: 1 }] },
      ...{ curve: [{ minute: 0, pushes: 1, total: 1 }], stepMinutes: 1, limitedBy: 'PUSH_RATE' },
      ...{ startAt, lastPushAt: startAt, expectedEnd: startAt },
    },
  });
  const asViewer = await api.ask(document, { input }, api.keys.viewer);
  expect(asViewer.errors?.map(({ extensions }) => extensions.code)).toEqual(['NOT_ALLOWED']);
});

test('R-BAT-23 a batch says when it will end, and what that waits for', async () => {
  const [batch] = await api.store.collections.batches.find({ productKey: 'strict' }).toArray();
  const document = 'query ($id: ID!) { batch(id: $id) { estimatedEnd { at limitedBy } } }';
  expect((await api.ask(document, { id: batch?._id })).data.batch).toEqual({ estimatedEnd: null });
  const selection = { matched: 1, created: 1, skippedBusy: 0 };
  await api.store.collections.batches.updateOne({ _id: batch?._id }, { $set: { selection, status: 'RUNNING' } });
  expect((await api.ask(document, { id: batch?._id })).data.batch).toEqual({ estimatedEnd: { at: null, limitedBy: 'DEVICES' } });
});
