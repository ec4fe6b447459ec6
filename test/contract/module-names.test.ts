import type { CoreParts } from '../../core/core-parts';
import type { Notification } from '../../core/ports';
import type { BatchPolicy } from '../../schema/model/batch/batch';
import { reportedModules } from '../../schema/model/device/device-modules';
import type { Store } from '../../schema/mongo/connect';
import { aPackage } from '../support/builders';
import { handClock, operator, refusal } from '../support/core-parts';
import { lookedAt } from '../support/group-looks';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { emptyStore, testStore } from '../support/store';

const clock = handClock();
const DEVICE = 'meter.dev-0';
let store: Store;
let parts: CoreParts;
beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  parts = await meters({ store, engine: quietEngine(), clock }, []);
  await parts.core.devices.register(operator, 'meter', [{ deviceName: 'dev-0' }, { deviceName: 'dev-1' }]);
});
afterEach(async () => {
  await parts.close();
  await emptyStore(store);
});
afterAll(() => store.close());

const reports = (module: string, version: string, device = DEVICE) => parts.core.tasks.report(device, { kind: 'version', module, version });
const modulesOf = async (device = DEVICE) =>
  reportedModules((await parts.core.devices.get(device))?.modules ?? {}).map(({ module, spelling, version }) => [
    module,
    spelling,
    version,
  ]);
const counts = async (module: string) =>
  (await parts.core.products.moduleVersions('meter', module, {})).rows.map(({ node }) => [node.version, node.devices]);
const found = async (filter: object) =>
  (await parts.core.devices.list({ productKey: 'meter', ...filter }, {})).rows.map(({ node }) => node.deviceName);

const policy: BatchPolicy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null };
async function pushed(module: string, sourceVersions: string[] = [], version = '2.0.0'): Promise<string> {
  const _id = `${module}-${version}`;
  await store.collections.packages.insertOne(aPackage({ _id, productKey: 'meter', module, version }));
  const batch = await parts.core.batches.createStatic(operator, { packageId: _id, scope: { kind: 'all' }, sourceVersions, policy });
  await parts.lifecycle.select(batch._id);
  return batch._id;
}
const taskOf = async (batchId: string, device = DEVICE) => parts.core.tasks.get(`${batchId}.${device}`);
const asked = async (module: string) => (await parts.core.tasks.requested(DEVICE, module)) as Notification | null;

/** As a package is called, and as devices write it. */
const SPELLINGS: [string, string][] = [
  ['mcu', 'MCU'],
  ['barcodescanner', 'barcodeScanner'],
  ['wifi.fw', 'WiFi.FW'],
  ['wifi.fw', 'wifi.fw'],
  ['a..b.', 'A..b.'],
  ['.', '.'],
  ['__proto__', '__proto__'],
  ['__proto__', '__PROTO__'],
  ['constructor', 'Constructor'],
  ['hasownproperty', 'hasOwnProperty'],
  ['0', '0'],
  ['default', 'DEFAULT'],
  ['a'.repeat(64), 'A'.repeat(64)],
];

describe('R-PKG-3 what a device reports can be named', () => {
  test.each(SPELLINGS)(
    'R-PKG-3 R-DEV-1 R-PKG-11 the module %s, written %s, is stored, counted, found and upgraded',
    async (module, written) => {
      await reports(written, '1.0.0+build.5');
      await reports(module, '1.0.0', 'meter.dev-1');
      expect(await modulesOf()).toEqual([[module, written, '1.0.0+build.5']]);
      expect(await counts(written)).toEqual([
        ['1.0.0', 1],
        ['1.0.0+build.5', 1],
      ]);
      expect(await found({ module: written })).toEqual(['dev-0', 'dev-1']);
      expect(await found({ module: written.toUpperCase(), version: '1.0.0+build.5' })).toEqual(['dev-0']);

      const batch = await pushed(module, ['1.0.0+build.5']);
      expect(await taskOf(batch)).toMatchObject({ module, sourceVersion: '1.0.0+build.5', status: 'QUEUED' });
      expect(await taskOf(batch, 'meter.dev-1')).toBeNull();
      expect(await asked(written)).toMatchObject({ module: written, version: '2.0.0' });
      await parts.core.tasks.report(DEVICE, { kind: 'progress', module: written, percent: 40 });
      expect(await taskOf(batch)).toMatchObject({ status: 'IN_PROGRESS', progress: 40 });
      await reports(written, '2.0.0');
      expect(await taskOf(batch)).toMatchObject({ status: 'SUCCEEDED' });
      expect(await modulesOf()).toEqual([[module, written, '2.0.0']]);
      expect(await counts(module)).toEqual([
        ['1.0.0', 1],
        ['2.0.0', 1],
      ]);
    },
  );

  test('R-DEV-1 R-FLOW-1 two spellings are one module, and messages use the one that the device used last', async () => {
    await reports('MCU', '1.0.0');
    const batch = await pushed('mcu');
    expect(await taskOf(batch)).toMatchObject({ moduleName: 'MCU' });
    expect(await asked('MCU')).toMatchObject({ module: 'MCU' });
    expect(await asked('mcu')).toMatchObject({ module: 'mcu' });
    expect(await taskOf(batch)).not.toHaveProperty('moduleName');
    await parts.core.tasks.report(DEVICE, { kind: 'progress', module: 'Mcu', percent: 1 });
    expect(await taskOf(batch)).toMatchObject({ moduleName: 'Mcu' });
    await reports('mCU', '1.0.0');
    expect(await taskOf(batch)).toMatchObject({ moduleName: 'mCU' });
    expect(await modulesOf()).toEqual([['mcu', 'mCU', '1.0.0']]);
    expect(await store.collections.devices.findOne({ _id: DEVICE })).toMatchObject({ moduleVersions: ['mcu=1.0.0'] });
    expect(await asked('mcu')).toMatchObject({ module: 'mcu' });
  });

  test('R-FLOW-1 a failure reported in another case reaches the task', async () => {
    await reports('MCU', '1.0.0');
    const batch = await pushed('mcu');
    await asked('MCU');
    let ignored = 0;
    const count = () => {
      ignored += 1;
    };
    await parts.core.tasks.report(DEVICE, { kind: 'failed', module: 'mCu', cause: 'DOWNLOAD_FAILED', text: null }, count);
    await parts.core.tasks.report(DEVICE, { kind: 'failed', module: 'other', cause: 'DOWNLOAD_FAILED', text: null }, count);
    expect(ignored).toBe(1);
    expect(await taskOf(batch)).toMatchObject({ moduleName: 'mCu' });
  });

  test('R-BAT-21 a task that begins again knows how the device writes its module by then', async () => {
    const batch = await pushed('mcu');
    await store.collections.tasks.updateMany({}, { $set: { status: 'FAILED', active: false, endedAt: clock() } });
    await reports('MCU', '1.0.0');
    await parts.core.batches.reinitiate(operator, { batchId: batch, all: true });
    expect(await taskOf(batch)).toMatchObject({ status: 'QUEUED', moduleName: 'MCU' });
  });

  test('R-PKG-3 versions are compared exactly, case and all', async () => {
    await reports('MCU', 'v1.0-RC');
    expect(await found({ module: 'mcu', version: 'v1.0-RC' })).toEqual(['dev-0']);
    expect(await found({ module: 'mcu', version: 'v1.0-rc' })).toEqual([]);
    await store.collections.packages.insertOne(aPackage({ _id: 'p', productKey: 'meter', module: 'mcu', version: 'V1.0-RC' }));
    const batch = await parts.core.batches.createStatic(operator, { packageId: 'p', scope: { kind: 'all' }, policy });
    await parts.lifecycle.select(batch._id);
    expect(await taskOf(batch._id)).toMatchObject({ status: 'QUEUED' });
  });

  test.each(['$ne', '{"$gt":""}', '1.0,2.0', 'a=b', '版本1', '$modules.x', '1%2e0', '__proto__'])(
    'R-PKG-3 R-BAT-5 R-DEV-4 the version %s is stored, counted, found, a source version, and a rule',
    async (version) => {
      await reports('MCU', version);
      expect(await modulesOf()).toEqual([['mcu', 'MCU', version]]);
      expect(await counts('MCU')).toEqual([[version, 1]]);
      expect(await found({ module: 'MCU', version })).toEqual(['dev-0']);
      const rule = { field: 'MODULE_VERSION' as const, module: 'MCU', values: [version] };
      const group = await parts.core.groups.createDynamic(operator, { name: 'these', rule });
      await lookedAt(parts, group._id, clock);
      expect(group.dynamic?.rule).toMatchObject({ module: 'mcu' });
      expect(await found({ groupId: group._id })).toEqual(['dev-0']);
      expect(await taskOf(await pushed('mcu', [version]))).toMatchObject({ sourceVersion: version });
    },
  );

  test('R-DEV-4 R-PKG-3 a report in any case brings a device into a group by a rule on the module, and out of it', async () => {
    const rule = { field: 'MODULE_VERSION' as const, module: 'WiFi.fw', operator: 'PREFIX' as const, values: ['1.'] };
    const group = await parts.core.groups.createDynamic(operator, { name: 'ones', rule });
    await lookedAt(parts, group._id, clock);
    await reports('WIFI.FW', '1.5');
    expect(await found({ groupId: group._id })).toEqual(['dev-0']);
    await reports('wifi.fw', '2.0');
    expect(await found({ groupId: group._id })).toEqual([]);
  });

  test('R-BAT-1 R-BAT-5 a dynamic batch takes a device that reports its module in another case', async () => {
    await store.collections.packages.insertOne(aPackage({ _id: 'dyn', productKey: 'meter', module: 'wifi.fw', version: '2.0.0' }));
    const batch = await parts.core.batches.createDynamic(operator, {
      packageId: 'dyn',
      scope: { kind: 'all' },
      sourceVersions: ['1.0.0+build.5'],
      newlyReportedOnly: true,
      policy,
    });
    clock.advance(1_000);
    await reports('WiFi.FW', '1.0.0+build.5');
    expect(await taskOf(batch._id)).toMatchObject({ module: 'wifi.fw', moduleName: 'WiFi.FW', sourceVersion: '1.0.0+build.5' });
  });
});

describe('R-PKG-3 one exact error a field', () => {
  test('R-PKG-3 a filter that nothing can answer to names its field', async () => {
    expect(await refusal(found({ module: 'a b' }))).toEqual([{ code: 'INVALID_FORMAT', field: 'filter.module' }]);
    expect(await refusal(found({ module: 'a', version: '1 0' }))).toEqual([{ code: 'INVALID_FORMAT', field: 'filter.version' }]);
    const { packages, tasks, products } = parts.core;
    expect(await refusal(packages.list({ module: '$x', version: 'a\nb' }, {}))).toEqual([
      { code: 'INVALID_FORMAT', field: 'filter.module' },
      { code: 'INVALID_FORMAT', field: 'filter.version' },
    ]);
    expect(await refusal(tasks.list({ module: 'a/b' }, {}))).toEqual([{ code: 'INVALID_FORMAT', field: 'filter.module' }]);
    expect(await refusal(tasks.unfinished(operator, DEVICE, 'a/b', {}))).toEqual([{ code: 'INVALID_FORMAT', field: 'module' }]);
    expect(await refusal(products.moduleVersions('meter', 'a/b', {}))).toEqual([{ code: 'INVALID_FORMAT', field: 'module' }]);
  });

  test('R-PKG-3 lists of packages and tasks are asked for in any case', async () => {
    const batch = await pushed('wifi.fw');
    expect((await parts.core.packages.list({ module: 'WIFI.fw' }, {})).rows).toHaveLength(1);
    expect((await parts.core.tasks.list({ batchId: batch, module: 'WIFI.fw' }, {})).rows).toHaveLength(2);
    expect((await parts.core.tasks.unfinished(operator, DEVICE, 'Wifi.FW', {})).rows).toHaveLength(1);
  });

  test('R-BAT-5 a source version that no device can report is refused, with its place', async () => {
    await store.collections.packages.insertOne(aPackage({ _id: 'p', productKey: 'meter', module: 'mcu', version: '2.0.0' }));
    const create = parts.core.batches.createStatic(operator, {
      packageId: 'p',
      scope: { kind: 'all' },
      sourceVersions: ['1.0.0+build.5', '1 0', 'x'.repeat(65)],
      policy,
    });
    expect(await refusal(create)).toEqual([
      { code: 'INVALID_FORMAT', field: 'sourceVersions.1' },
      { code: 'INVALID_FORMAT', field: 'sourceVersions.2' },
    ]);
  });
});
