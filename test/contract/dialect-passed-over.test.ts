import { Readable } from 'node:stream';
import type { NewStaticBatch } from '../../core/batches/contract';
import type { CoreParts } from '../../core/core-parts';
import type { NewPackage } from '../../core/packages/contract';
import { matchingDevices, otherDialects } from '../../core/selection/matching';
import type { BatchPolicy } from '../../schema/model/batch/batch';
import type { Store } from '../../schema/mongo/connect';
import { handClock, operator, refusal } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { emptyStore, testStore } from '../support/store';

const clock = handClock();
const policy: BatchPolicy = { rate: { kind: 'constant', perMinute: 10 }, retry: null, timeoutMinutes: null };
const region = { province: 'Bern', city: 'Thun' };
let store: Store;
let parts: CoreParts;
beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  parts = await meters({ store, engine: quietEngine(), clock }, [
    { deviceName: 'dev-1', region },
    { deviceName: 'dev-2' },
    { deviceName: 'cell-1', dialect: 'LWM2M', region },
    { deviceName: 'cell-2', dialect: 'LWM2M' },
  ]);
});
afterEach(() => emptyStore(store));
afterAll(() => store.close());

const file = (name: string) => ({ name, stream: Readable.from([Buffer.from('image')], { objectMode: false }) });
const upload = async (more: Partial<NewPackage> = {}): Promise<string> =>
  (await parts.core.packages.create(operator, { productKey: 'meter', name: 'meter_fw', version: '2.0.0', ...more }, file('fw.bin')))._id;
const uploadTwo = async (more: Partial<NewPackage> = {}): Promise<string> => {
  const packageId = await upload(more);
  const [one] = (await store.collections.packages.findOne({ _id: packageId }))?.files ?? [];
  if (one) await store.collections.packages.updateOne({ _id: packageId }, { $push: { files: { ...one, name: 'data.bin' } } });
  return packageId;
};
const batchOf = (packageId: string, more: Partial<NewStaticBatch> = {}): NewStaticBatch => ({
  packageId,
  scope: { kind: 'all' },
  policy,
  ...more,
});
async function selected(input: NewStaticBatch) {
  const batch = await parts.core.batches.createStatic(operator, input);
  await parts.lifecycle.select(batch._id);
  return parts.core.batches.get(batch._id);
}
const targets = async (): Promise<string[]> =>
  (await store.collections.tasks.find({}).sort({ deviceName: 1 }).toArray()).map(({ deviceName }) => deviceName);

test.each<[string, Partial<NewStaticBatch>, object]>([
  ['all devices', {}, { matched: 4, created: 4, skippedVersion: 0, skippedBusy: 0 }],
  ['devices by name', { scope: { kind: 'targeted', deviceNames: ['dev-1', 'cell-1'] } }, { matched: 2, created: 2 }],
  ['a city', { scope: { kind: 'region', ...region } }, { matched: 2, created: 2 }],
  ['a share', { scope: { kind: 'phased', percent: 50, seed: 'a' } }, { matched: 4, created: 2, skippedPhase: 2 }],
])('R-FLOW-7 LwM2M devices are upgraded like all others: %s', async (_name, more, counts) => {
  const input = batchOf(await upload(), more);
  const { selection, dialectReason } = await parts.core.batches.preview(operator, input);
  const batch = await selected(input);
  expect(batch?.selection).toMatchObject(counts);
  expect(batch?.selection).not.toHaveProperty('skippedDialect');
  expect([selection, dialectReason]).toEqual([batch?.selection, null]);
});

test.each<[string, Partial<NewStaticBatch>, object]>([
  ['all devices', {}, { matched: 4, created: 2, skippedDialect: 2, skippedVersion: 0, skippedBusy: 0 }],
  ['devices by name', { scope: { kind: 'targeted', deviceNames: ['dev-1', 'cell-1'] } }, { matched: 2, created: 1, skippedDialect: 1 }],
  ['a city', { scope: { kind: 'region', ...region } }, { matched: 2, created: 1, skippedDialect: 1 }],
  ['a share', { scope: { kind: 'phased', percent: 50, seed: 'a' } }, { matched: 4, created: 1, skippedPhase: 1, skippedDialect: 2 }],
])('R-FLOW-7 where a package has several files they are passed over and counted, as the preview says: %s', async (_name, more, counts) => {
  const input = batchOf(await uploadTwo(), more);
  const { selection, dialectReason } = await parts.core.batches.preview(operator, input);
  const batch = await selected(input);
  expect(batch?.selection).toMatchObject(counts);
  expect(selection).toEqual(batch?.selection);
  expect(dialectReason).toBe('LwM2M takes one file of the module default, and not over MQTT: the package has 2 files');
  expect(await targets()).toEqual(expect.not.arrayContaining([expect.stringMatching(/^cell/)]));
});

test.each<[string, Partial<NewPackage>, Partial<BatchPolicy>]>([
  ['another module', { module: 'mcu' }, {}],
  ['a download over MQTT', {}, { downloadProtocol: 'MQTT' }],
])('R-FLOW-7 and so they are by a batch with %s', async (_name, ofPackage, ofPolicy) => {
  const batch = await selected(batchOf(await upload(ofPackage), { policy: { ...policy, ...ofPolicy } }));
  expect(batch?.selection).toMatchObject({ matched: 4, created: 2, skippedDialect: 2 });
});

test('R-FLOW-7 R-PKG-6 the versions of a package count for the other devices only', async () => {
  for (const id of ['meter.dev-1', 'meter.cell-1'])
    await parts.core.tasks.report(id, { kind: 'version', module: 'default', version: '1.0.0' });
  const input = batchOf(await uploadTwo({ sourceVersions: ['1.0.0'] }));
  const { selection } = await parts.core.batches.preview(operator, input);
  const batch = await selected(input);
  expect(batch?.selection).toEqual({ matched: 4, created: 1, skippedVersion: 1, skippedDialect: 2, skippedBusy: 0, atTarget: 0 });
  expect(selection).toEqual(batch?.selection);
});

test('R-FLOW-7 R-BAT-2 a batch that has nobody left to push to names the reason', async () => {
  const scope = { kind: 'targeted', deviceNames: ['dev-1', 'cell-1', 'cell-2'] } as const;
  const batch = await parts.core.batches.createStatic(
    operator,
    batchOf(await uploadTwo(), { scope: { ...scope, deviceNames: [...scope.deviceNames] } }),
  );
  await parts.core.devices.setEnabled(operator, ['meter.dev-1'], false);
  await parts.lifecycle.select(batch._id);
  await parts.lifecycle.setStatus(batch._id, 'FINISHED');
  expect(await parts.core.batches.get(batch._id)).toMatchObject({
    selection: { matched: 2, created: 0, skippedDialect: 2 },
    statusReason:
      'There was nobody to push to: 2 speak what it cannot be brought to (LwM2M takes one file of the module default, and not over MQTT: the package has 2 files); 1 is disabled.',
  });
});

test('R-FLOW-7 a batch with several files for LwM2M devices alone is refused, and so is its preview', async () => {
  const input = batchOf(await uploadTwo(), { scope: { kind: 'targeted', deviceNames: ['cell-1'] } });
  const refused = [{ code: 'BATCH_EMPTY', field: 'scope' }];
  expect(await refusal(parts.core.batches.createStatic(operator, input))).toEqual(refused);
  expect(await refusal(parts.core.batches.preview(operator, input))).toEqual(refused);
  await expect(parts.core.batches.createStatic(operator, input)).rejects.toThrow(/1 is passed over, because LwM2M takes one file/);
});

test('R-FLOW-7 a dynamic batch with several files takes an LwM2M device once its dialect is another', async () => {
  const batch = await parts.core.batches.createDynamic(operator, batchOf(await uploadTwo(), { sourceVersions: ['1.0.0'] }));
  await parts.lifecycle.select(batch._id);
  for (const id of ['meter.cell-1', 'meter.dev-1'])
    await parts.core.tasks.report(id, { kind: 'version', module: 'default', version: '1.0.0' });
  expect(await targets()).toEqual(['dev-1']);
  await parts.core.devices.update(operator, 'meter.cell-1', { dialect: 'LINK' });
  expect(await targets()).toEqual(['cell-1', 'dev-1']);
});

test('R-FLOW-7 one with one file takes it as it is', async () => {
  const batch = await parts.core.batches.createDynamic(operator, batchOf(await upload(), { sourceVersions: ['1.0.0'] }));
  await parts.lifecycle.select(batch._id);
  await parts.core.tasks.report('meter.cell-1', { kind: 'version', module: 'default', version: '1.0.0' });
  expect(await targets()).toEqual(['cell-1']);
});

test('R-FLOW-7 R-BAT-10 a task goes on in its dialect: a device that speaks another one now is not matched again', async () => {
  const batch = await parts.core.batches.createDynamic(operator, batchOf(await upload(), { sourceVersions: ['1.0.0'] }));
  await parts.lifecycle.select(batch._id);
  const report = () => parts.core.tasks.report('meter.dev-1', { kind: 'version', module: 'default', version: '1.0.0' });
  const stands = async () => (await store.collections.tasks.findOne({ deviceName: 'dev-1' }))?.status;
  await report();
  clock.advance(1_000);
  await parts.upgradeTasks.timeOut(`${batch._id}.meter.dev-1`);
  await parts.core.devices.update(operator, 'meter.dev-1', { dialect: 'LWM2M' });
  await report();
  expect(await stands()).toBe('FAILED');
  await parts.core.devices.update(operator, 'meter.dev-1', { dialect: 'LINK' });
  await report();
  expect(await stands()).toBe('QUEUED');
});

test('R-FLOW-7 they have no children and are nobody’s child', async () => {
  const refused = [{ code: 'GATEWAY_DIALECT', field: 'parentId' }];
  for (const [child, parent] of [
    ['cell-1', 'cell-2'],
    ['dev-1', 'cell-1'],
    ['cell-1', 'dev-1'],
  ])
    expect(await refusal(parts.core.devices.setParent(operator, [`meter.${child}`], `meter.${parent}`))).toEqual(refused);
});

test('R-FLOW-7 a product without LwM2M devices pays nothing for looking for some', async () => {
  const meant = { productKey: 'meter', scope: { kind: 'all' }, targetVersion: '2.0.0', module: 'default', files: 2, policy: {} } as const;
  const filter = otherDialects({ ...meant, sourceVersions: [], inheritsVersions: false, kind: 'static', createdAt: clock() });
  const examined = async () => {
    const { executionStats } = await store.collections.devices.find(filter).explain('executionStats');
    return [executionStats.totalKeysExamined, executionStats.totalDocsExamined, executionStats.nReturned];
  };
  expect(await examined()).toEqual([2, 2, 2]);
  await store.collections.devices.deleteMany({ dialect: 'LWM2M' });
  expect(await examined()).toEqual([0, 0, 0]);
});

test('R-FLOW-7 a batch that can be brought to all looks for no dialect', () => {
  const meant = { productKey: 'meter', scope: { kind: 'all' }, targetVersion: '2.0.0', module: 'default', policy: {} } as const;
  const filter = matchingDevices({ ...meant, sourceVersions: [], inheritsVersions: false, kind: 'static', createdAt: clock() });
  expect(filter).toEqual({ productKey: 'meter', enabled: true });
});
