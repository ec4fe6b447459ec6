import type { CoreParts } from '../../core/core-parts';
import { isDuplicateKey } from '../../core/duplicate-key';
import type { BatchPolicy } from '../../schema/model/batch/batch';
import type { Task, TaskStatus } from '../../schema/model/task/task';
import { aPackage } from '../support/builders';
import { handClock, operator, refusal } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const engine = quietEngine();
const MODULES = ['app', 'boot', 'cell', 'disk', 'eeprom', 'fpga'];

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  parts = await meters({ store, engine, clock }, []);
  await store.collections.packages.insertMany(
    MODULES.flatMap((module) =>
      ['2.0.0', '3.0.0'].map((version) => aPackage({ _id: `${module}-${version}`, productKey: 'meter', module, version })),
    ),
  );
});

async function register(count: number): Promise<void> {
  const devices = Array.from({ length: count }, (_, index) => ({ deviceName: `dev-${index}` }));
  await parts.core.devices.register(operator, 'meter', devices);
}
const BESIDE: Partial<BatchPolicy> = { multiModule: true };
const create = async (module: string, policy: Partial<BatchPolicy> = {}, version = '2.0.0') =>
  (
    await parts.core.batches.createStatic(operator, {
      packageId: `${module}-${version}`,
      scope: { kind: 'all' },
      policy: { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null, ...policy },
    })
  )._id;
/** As the batch's activity does: what two selections did to each other is tried again. */
async function select(batchId: string): Promise<string> {
  for (;;) {
    try {
      await parts.lifecycle.select(batchId);
      return batchId;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }
}
const pushed = async (module: string, policy: Partial<BatchPolicy> = {}, version?: string) => select(await create(module, policy, version));
const selectionOf = async (batchId: string) => (await parts.core.batches.get(batchId))?.selection;
const running = async (): Promise<Record<string, string[]>> => {
  const byDevice: Record<string, string[]> = {};
  for (const { deviceName, module } of await store.collections.tasks.find({ active: true }).sort({ _id: 1 }).toArray())
    byDevice[deviceName] = [...(byDevice[deviceName] ?? []), module];
  return byDevice;
};
const put = (batchId: string, status: TaskStatus, fields: Partial<Task> = {}) =>
  store.collections.tasks.updateMany({ batchId }, { $set: { status, ...fields } });
const end = (batchId: string, status: TaskStatus = 'FAILED') => put(batchId, status, { active: false, endedAt: clock() });

describe('R-BAT-13 several modules of a device at once', () => {
  beforeEach(() => register(2));

  test('R-BAT-8 without multi-module a device with a task for one module is passed over by a batch for another', async () => {
    await pushed('app');
    const second = await pushed('boot');
    expect(await running()).toEqual({ 'dev-0': ['app'], 'dev-1': ['app'] });
    expect(await selectionOf(second)).toMatchObject({ matched: 2, created: 0, skippedBusy: 2 });
  });

  test('R-BAT-13 with multi-module it has a task for each; the sixth batch passes it over until one has ended', async () => {
    const batches: string[] = [];
    for (const module of MODULES) batches.push(await pushed(module, BESIDE));
    const five = MODULES.slice(0, 5);
    expect(await running()).toEqual({ 'dev-0': five, 'dev-1': five });
    expect(await selectionOf(batches[5] ?? '')).toMatchObject({ created: 0, skippedBusy: 2 });
    await end(batches[2] ?? '', 'SUCCEEDED');
    const sixth = await pushed('fpga', BESIDE);
    expect(await selectionOf(sixth)).toMatchObject({ created: 2, skippedBusy: 0 });
  });

  test('R-BAT-13 a batch without it and one with it never share a device, whichever comes first', async () => {
    const first = await pushed('app');
    expect(await selectionOf(await pushed('boot', BESIDE))).toMatchObject({ created: 0, skippedBusy: 2 });
    await end(first);
    await pushed('boot', BESIDE);
    expect(await selectionOf(await pushed('cell'))).toMatchObject({ created: 0, skippedBusy: 2 });
    expect(await running()).toEqual({ 'dev-0': ['boot'], 'dev-1': ['boot'] });
  });

  test('R-BAT-13 a newer task takes the place of one for its module that has not begun, and of no other', async () => {
    const [app, boot] = [await pushed('app', BESIDE), await pushed('boot', BESIDE)];
    await put(boot, 'IN_PROGRESS', { reacted: true, firstProgressAt: clock() });
    const newer = await pushed('app', BESIDE, '3.0.0');
    expect(await selectionOf(newer)).toMatchObject({ created: 2, skippedBusy: 0 });
    const replaced = await store.collections.tasks.find({ batchId: app }).toArray();
    expect(replaced.map(({ status, cause }) => [status, cause])).toEqual([
      ['CANCELED', 'OVERWRITTEN_BY_NEWER_TASK'],
      ['CANCELED', 'OVERWRITTEN_BY_NEWER_TASK'],
    ]);
    expect(await selectionOf(await pushed('boot', BESIDE, '3.0.0'))).toMatchObject({ created: 0, skippedBusy: 2 });
  });

  test('R-BAT-13 R-DEV-1 what a device reports for a module reaches the task for that module', async () => {
    const [app, boot] = [await pushed('app', BESIDE), await pushed('boot', BESIDE)];
    for (const batchId of [app, boot]) await put(batchId, 'NOTIFIED', { notifiedAt: clock() });
    await parts.core.tasks.report('meter.dev-0', { kind: 'progress', module: 'boot', percent: 40 });
    await parts.core.tasks.report('meter.dev-0', { kind: 'version', module: 'app', version: '2.0.0' });
    const of = async (batchId: string) => parts.core.tasks.get(`${batchId}.meter.dev-0`);
    expect(await of(app)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await of(boot)).toMatchObject({ status: 'IN_PROGRESS', progress: 40 });
  });

  test('R-BAT-13 R-BAT-21 a failed task begins again in a place that is free, and not where there is none', async () => {
    const failed = await pushed('app', BESIDE);
    await end(failed);
    const taken: string[] = [];
    for (const module of MODULES.slice(1)) taken.push(await pushed(module, BESIDE));
    const again = async () => parts.core.batches.reinitiate(operator, { batchId: failed, all: true });
    expect(await again()).toMatchObject({ reinitiated: 0, skipped: [{ reason: 'DEVICE_BUSY' }, { reason: 'DEVICE_BUSY' }] });
    await end(taken[3] ?? '');
    expect(await again()).toMatchObject({ reinitiated: 2, skippedCount: 0 });
    expect((await running())['dev-0']).toHaveLength(5);
  });
});

describe('R-BAT-8 R-BAT-13 selections at the same time', () => {
  const COUNT = 60;
  beforeEach(() => register(COUNT));

  test('R-BAT-13 of six batches at once each device runs five, each for another module', async () => {
    const batches = await Promise.all(MODULES.map((module) => create(module, BESIDE)));
    await Promise.all(batches.map(select));
    const devices = Object.values(await running());
    expect(devices).toHaveLength(COUNT);
    for (const modules of devices) expect([modules.length, new Set(modules).size]).toEqual([5, 5]);
  });

  test('R-BAT-8 R-TASK-9 a batch without multi-module has its devices to itself, whatever selects beside it', async () => {
    const batches = await Promise.all([create('app'), create('boot'), create('cell', BESIDE), create('disk', BESIDE)]);
    await Promise.all(batches.map(select));
    const devices = Object.values(await running());
    expect(devices).toHaveLength(COUNT);
    for (const modules of devices) {
      if (modules.some((module) => module === 'app' || module === 'boot')) expect(modules).toHaveLength(1);
    }
  });

  test('R-TASK-9 a device in upgrade is given nothing new: the batch passes it over, and its upgrade goes on', async () => {
    const first = await pushed('app');
    await put(first, 'IN_PROGRESS', { reacted: true, firstProgressAt: clock() });
    for (const policy of [{}, { overridePrevious: true }]) {
      const second = await pushed('app', policy, '3.0.0');
      expect(await selectionOf(second)).toMatchObject({ created: 0, skippedBusy: COUNT });
    }
    expect(await store.collections.tasks.countDocuments({ batchId: first, status: 'IN_PROGRESS' })).toBe(COUNT);
  });
});

describe('R-BAT-14 multi-module and overriding exclude each other within a product', () => {
  beforeEach(() => register(1));
  const OVERRIDE: Partial<BatchPolicy> = { overridePrevious: true };
  const CODE = 'MULTI_MODULE_OR_OVERRIDE';

  test('R-BAT-14 in one batch', async () => {
    expect(await refusal(create('app', { ...BESIDE, ...OVERRIDE }))).toEqual([{ code: CODE, field: 'multiModule' }]);
  });

  test.each<[string, Partial<BatchPolicy>, Partial<BatchPolicy>]>([
    ['overriding after multi-module', BESIDE, OVERRIDE],
    ['multi-module after overriding', OVERRIDE, BESIDE],
  ])('R-BAT-14 %s is refused while the first is live, naming it', async (_name, first, second) => {
    const inWay = await create('app', first);
    await expect(create('boot', second)).rejects.toMatchObject({ code: CODE, conflictingId: inWay });
    expect(await store.collections.batches.countDocuments()).toBe(1);
    await expect(create('boot', first)).resolves.toEqual(expect.any(String));
    await store.collections.batches.updateMany({}, { $set: { status: 'FINISHED' } });
    await expect(create('cell', second)).resolves.toEqual(expect.any(String));
  });

  test('R-BAT-14 another product, and batches with neither setting, are not in the way', async () => {
    await parts.core.products.create(operator, { key: 'valve', name: 'Valve' });
    await parts.core.devices.register(operator, 'valve', [{ deviceName: 'dev-0' }]);
    await store.collections.packages.insertOne(aPackage({ _id: 'valve-2.0.0', productKey: 'valve' }));
    await create('app');
    await create('valve', OVERRIDE);
    await expect(create('app', BESIDE)).resolves.toEqual(expect.any(String));
  });

  test('R-BAT-14 of two created at the same instant one is refused', async () => {
    const ends = await Promise.allSettled([create('app', BESIDE), create('boot', OVERRIDE)]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await store.collections.batches.countDocuments()).toBe(1);
  });
});
