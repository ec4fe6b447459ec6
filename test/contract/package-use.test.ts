import { Readable } from 'node:stream';
import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import type { NewPackage } from '../../core/packages/contract';
import { deletePackage, finishDeletions } from '../../core/packages/delete';
import type { BatchPolicy } from '../../schema/model/batch/batch';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { handClock, MASTER_KEY, operator, refusal, settingsWith, spectator } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const policy: BatchPolicy = { rate: { kind: 'constant', perMinute: 10 }, retry: null, timeoutMinutes: null };
const engine = quietEngine();

const store = useStore();
let files: ReturnType<typeof fakePackageStore>;
let parts: CoreParts;
beforeEach(async () => {
  files = fakePackageStore();
  parts = await createCore({ store, files, engine, settings: settingsWith({ packages: 4 }), masterKeys: [MASTER_KEY], clock });
  await parts.core.products.create(operator, { key: 'meter', name: 'Water meter' });
  await parts.core.devices.register(
    operator,
    'meter',
    ['dev-old', 'dev-mid', 'dev-new', 'dev-mute'].map((deviceName) => ({ deviceName })),
  );
  for (const [name, version] of [
    ['dev-old', '1.0.0'],
    ['dev-mid', '1.5.0'],
    ['dev-new', '2.0.0'],
  ] as const)
    await parts.core.tasks.report(`meter.${name}`, { kind: 'version', module: 'default', version });
});

const create = (fields: Partial<NewPackage> = {}): Promise<FirmwarePackage> =>
  parts.core.packages.create(
    operator,
    { productKey: 'meter', name: 'meter_fw', version: '2.0.0', ...fields },
    { name: 'fw.bin', stream: Readable.from([Buffer.from('image')], { objectMode: false }) },
  );
const push = (firmware: FirmwarePackage, sourceVersions: string[] | null = null) =>
  parts.core.batches.createStatic(operator, { packageId: firmware._id, scope: { kind: 'all' }, sourceVersions, policy });
const selected = async (batchId: string) => {
  await parts.lifecycle.select(batchId);
  const tasks = await store.collections.tasks.find({ batchId }).sort({ _id: 1 }).toArray();
  const selection = (await parts.core.batches.get(batchId))?.selection;
  return { selection, tasks: Object.fromEntries(tasks.map(({ deviceName, status }) => [deviceName, status])) };
};

describe('R-PKG-4 R-PKG-6 source versions of a package', () => {
  test('R-PKG-6 devices with another version, or none, are passed over and counted; one at the target is done', async () => {
    const batch = await push(await create({ sourceVersions: ['1.0.0'] }));
    expect(await selected(batch._id)).toEqual({
      selection: { matched: 4, created: 2, skippedVersion: 2, skippedBusy: 0, atTarget: 1 },
      tasks: { 'dev-old': 'QUEUED', 'dev-new': 'SUCCEEDED' },
    });
  });

  test('R-PKG-4 a differential package brings its source versions into every batch', async () => {
    const firmware = await create({ kind: 'DIFFERENTIAL', sourceVersions: ['1.5.0'] });
    expect(await refusal(push(firmware, ['1.0.0']))).toEqual([{ code: 'SOURCE_VERSION_REFUSED', field: 'sourceVersions.0' }]);
    const batch = await push(firmware);
    expect(batch.sourceVersions).toEqual(['1.5.0']);
    expect((await selected(batch._id)).tasks).toEqual({ 'dev-mid': 'QUEUED', 'dev-new': 'SUCCEEDED' });
  });

  test('R-BAT-5 versions that were chosen narrow the scope, and nothing is passed over', async () => {
    const batch = await push(await create({ sourceVersions: ['1.0.0', '1.5.0'] }), ['1.0.0']);
    expect((await selected(batch._id)).selection).toEqual({ matched: 1, created: 1, skippedVersion: 0, skippedBusy: 0, atTarget: 0 });
  });

  test('R-BAT-5 devices named one by one are meant whatever their versions: none can be chosen, save in a verification', async () => {
    const firmware = await create();
    const targeted = { packageId: firmware._id, scope: { kind: 'targeted' as const, deviceNames: ['dev-old'] }, policy };
    expect(await refusal(parts.core.batches.createStatic(operator, { ...targeted, sourceVersions: ['1.0.0'] }))).toEqual([
      { code: 'SOURCE_VERSIONS_TARGETED', field: 'sourceVersions' },
    ]);
    await expect(parts.core.batches.createStatic(operator, { ...targeted, sourceVersions: [] })).resolves.toMatchObject({
      sourceVersions: [],
    });
    const verification = { packageId: firmware._id, deviceNames: ['dev-old'], sourceVersions: ['1.0.0'] };
    await expect(parts.core.batches.verify(operator, verification)).resolves.toMatchObject({ sourceVersions: ['1.0.0'] });
  });

  test('R-PKG-6 a queued device that reports a version the package is not for fails at once, and one it is for does not', async () => {
    const batch = await push(await create({ version: '3.0.0', sourceVersions: ['1.0.0', '1.5.0'] }));
    await selected(batch._id);
    const report = (name: string, version: string) =>
      parts.core.tasks.report(`meter.${name}`, { kind: 'version', module: 'default', version });
    await report('dev-old', '1.0.0');
    await report('dev-mid', '0.9.0');
    expect(await parts.core.tasks.get(`${batch._id}.meter.dev-old`)).toMatchObject({ status: 'QUEUED' });
    expect(await parts.core.tasks.get(`${batch._id}.meter.dev-mid`)).toMatchObject({
      status: 'FAILED',
      cause: 'SOURCE_VERSION_NOT_ELIGIBLE',
      causeText: '0.9.0',
      attempt: 1,
    });
  });
});

describe('R-PKG-9 verification', () => {
  const verify = (firmware: FirmwarePackage, deviceNames = ['dev-old']) =>
    parts.core.batches.verify(operator, { packageId: firmware._id, deviceNames, timeoutMinutes: 5 });
  const stateOf = async ({ _id }: FirmwarePackage) => (await parts.core.packages.get(_id))?.verification.state;

  test('R-PKG-9 a batch for an unverified package that asks for a verification is refused, and taken afterwards', async () => {
    const firmware = await create({ verification: 'REQUIRED' });
    expect(await refusal(push(firmware))).toEqual([{ code: 'PACKAGE_UNVERIFIED', field: 'packageId' }]);
    const run = await verify(firmware);
    expect(run).toMatchObject({
      kind: 'verification',
      scope: { kind: 'targeted', deviceNames: ['dev-old'] },
      policy: { timeoutMinutes: 5, retry: null },
    });
    await selected(run._id);
    expect(await refusal(push(firmware))).toEqual([{ code: 'PACKAGE_UNVERIFIED', field: 'packageId' }]);
    await store.collections.tasks.updateMany({ batchId: run._id }, { $set: { status: 'FAILED', active: false } });
    await parts.lifecycle.setStatus(run._id, 'FINISHED');
    expect(await stateOf(firmware)).toBe('VERIFIED');
    await expect(push(firmware)).resolves.toMatchObject({ kind: 'static' });
    const { rows } = await parts.core.batches.list({ packageId: firmware._id, kind: 'verification' }, {});
    expect(rows.map(({ node }) => node._id)).toEqual([run._id]);
  });

  test('R-PKG-9 a run that was canceled before a device came to an end has shown nothing; repeated, it does', async () => {
    const firmware = await create({ verification: 'REQUIRED' });
    for (const [end, state] of [
      ['CANCELED', 'UNVERIFIED'],
      ['SUCCEEDED', 'VERIFIED'],
    ] as const) {
      const run = await verify(firmware);
      await selected(run._id);
      await store.collections.tasks.updateMany({ batchId: run._id }, { $set: { status: end, active: false } });
      await parts.lifecycle.setStatus(run._id, 'CANCELED');
      expect(await stateOf(firmware)).toBe(state);
    }
  });

  test('R-PKG-9 a crash between the end of the run and the mark is made good when the end is told again', async () => {
    const firmware = await create({ verification: 'REQUIRED' });
    const run = await verify(firmware);
    await selected(run._id);
    await store.collections.tasks.updateMany({ batchId: run._id }, { $set: { status: 'SUCCEEDED', active: false } });
    await store.collections.batches.updateOne({ _id: run._id }, { $set: { status: 'FINISHED' } });
    expect(await parts.lifecycle.setStatus(run._id, 'FINISHED')).toBe(false);
    expect(await stateOf(firmware)).toBe('VERIFIED');
  });

  test('R-PKG-9 ten devices at most, and at least one, and known ones', async () => {
    const firmware = await create();
    const eleven = Array.from({ length: 11 }, (_, index) => `dev-${index}`);
    expect(await refusal(verify(firmware, eleven))).toEqual([{ code: 'TOO_MANY', field: 'deviceNames' }]);
    expect(await refusal(verify(firmware, []))).toEqual([{ code: 'BATCH_EMPTY', field: 'scope.deviceNames' }]);
    expect(await refusal(verify(firmware, ['nobody']))).toEqual([{ code: 'DEVICE_UNKNOWN', field: 'scope.deviceNames[0]' }]);
    expect(await store.collections.batches.countDocuments()).toBe(0);
  });

  test('R-PKG-9 a package that does not ask for it may be verified all the same, and an ordinary batch verifies nothing', async () => {
    const firmware = await create();
    const batch = await push(firmware);
    await selected(batch._id);
    await store.collections.tasks.updateMany({ batchId: batch._id }, { $set: { status: 'SUCCEEDED', active: false } });
    await parts.lifecycle.setStatus(batch._id, 'FINISHED');
    expect(await stateOf(firmware)).toBe('UNVERIFIED');
    await expect(verify(firmware)).resolves.toMatchObject({ kind: 'verification' });
  });
});

describe('R-PKG-14 deletion', () => {
  const remove = ({ _id }: FirmwarePackage) => parts.core.packages.delete(operator, _id);

  test('R-PKG-14 while a batch that has not ended pushes it, it stays, and the batches are named', async () => {
    const firmware = await create();
    const batch = await push(firmware);
    await expect(remove(firmware)).rejects.toMatchObject({
      code: 'PACKAGE_IN_USE',
      conflictingId: batch._id,
      message: expect.stringContaining(`${batch.name} (${batch._id})`),
    });
    expect(await parts.core.packages.get(firmware._id)).not.toBeNull();
    await selected(batch._id);
    await parts.lifecycle.setStatus(batch._id, 'FAILED');
    await expect(remove(firmware)).rejects.toMatchObject({ code: 'PACKAGE_IN_USE' });
    await store.collections.tasks.updateMany({}, { $set: { active: false } });
    await remove(firmware);
    expect(files.fileIds()).toEqual([]);
  });

  test('R-PKG-14 deletion frees the bytes, the version and the quota', async () => {
    const made: FirmwarePackage[] = [];
    for (const version of ['1', '2', '3', '4']) made.push(await create({ version }));
    expect(await refusal(create({ version: '5' }))).toEqual([{ code: 'PACKAGE_QUOTA' }]);
    const [first] = made;
    if (first) await remove(first);
    expect(files.fileIds()).toHaveLength(3);
    await expect(create({ version: '1' })).resolves.toMatchObject({ version: '1' });
    expect(await refusal(parts.core.packages.delete(operator, first?._id ?? ''))).toEqual([
      { code: 'PACKAGE_UNKNOWN', field: 'packageId' },
    ]);
    expect(await refusal(parts.core.packages.delete(spectator, first?._id ?? ''))).toEqual([{ code: 'NOT_ALLOWED' }]);
  });

  test('R-PKG-1 of several uploads into the last place one gets it', async () => {
    for (const version of ['1', '2', '3']) await create({ version });
    const both = await Promise.allSettled(['4', '5', '6'].map((version) => create({ version })));
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await store.collections.packages.countDocuments()).toBe(4);
    expect(files.fileIds()).toHaveLength(4);
  });

  test('R-PKG-14 a deletion that a crash cut off is invisible, and finished by whoever comes next', async () => {
    const firmware = await create();
    const dying = { ...files, delete: () => Promise.reject(new Error('killed')) };
    await expect(deletePackage({ collections: store.collections, files: dying, clock }, firmware._id)).rejects.toThrow('killed');
    expect(await parts.core.packages.get(firmware._id)).toBeNull();
    expect((await parts.core.packages.list({}, {})).rows).toEqual([]);
    expect(await refusal(push(firmware))).toEqual([{ code: 'PACKAGE_UNKNOWN', field: 'packageId' }]);
    expect(await finishDeletions({ collections: store.collections, files, clock })).toBe(1);
    expect([files.fileIds(), await store.collections.packages.countDocuments()]).toEqual([[], 0]);
  });

  test('R-PKG-14 a batch and a deletion at the same time: never both', async () => {
    const firmware = await create();
    const [batch, deleted] = await Promise.allSettled([push(firmware), remove(firmware)]);
    const there = (await parts.core.packages.get(firmware._id)) !== null;
    expect([batch.status, deleted.status].filter((status) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect(there).toBe(deleted.status === 'rejected');
    expect(await store.collections.batches.countDocuments()).toBe(batch.status === 'fulfilled' ? 1 : 0);
  });
});

test('R-PKG-11 packages are found by product, module, name, version, kind and verification', async () => {
  await create({ version: '1', name: 'alpha_fw' });
  await create({ version: '2', name: 'beta_fw', module: 'radio', verification: 'REQUIRED' });
  await create({ version: '3', name: 'beta_diff', kind: 'DIFFERENTIAL', sourceVersions: ['1'] });
  const found = async (filter: object) => (await parts.core.packages.list(filter, {})).rows.map(({ node }) => node.version).sort();
  expect(await found({})).toEqual(['1', '2', '3']);
  expect(await found({ productKey: 'valve' })).toEqual([]);
  expect(await found({ namePrefix: 'beta' })).toEqual(['2', '3']);
  expect(await found({ module: 'radio' })).toEqual(['2']);
  expect(await found({ version: '3' })).toEqual(['3']);
  expect(await found({ kind: 'FULL' })).toEqual(['1', '2']);
  expect(await found({ verification: 'VERIFIED' })).toEqual([]);
  expect(await found({ verificationRequired: true })).toEqual(['2']);
  expect(await found({ verificationRequired: false, namePrefix: 'b' })).toEqual(['3']);
});

test('R-PKG-1 the description can be changed, within its length', async () => {
  const firmware = await create({ description: 'first' });
  expect((await parts.core.packages.update(operator, firmware._id, { description: 'second' })).description).toBe('second');
  expect(await refusal(parts.core.packages.update(operator, firmware._id, { description: 'x'.repeat(101) }))).toEqual([
    { code: 'INVALID_FORMAT', field: 'description' },
  ]);
  expect(await refusal(parts.core.packages.update(operator, 'none', { description: '' }))).toEqual([
    { code: 'PACKAGE_UNKNOWN', field: 'packageId' },
  ]);
});
