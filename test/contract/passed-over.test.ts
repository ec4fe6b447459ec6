import { Readable } from 'node:stream';
import type { CoreParts } from '../../core/core-parts';
import type { Batch, BatchPolicy, BatchScope } from '../../schema/model/batch/batch';
import type { Store } from '../../schema/mongo/connect';
import { handClock, operator } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { testStore } from '../support/store';

const clock = handClock();
const policy: BatchPolicy = { rate: { kind: 'constant', perMinute: 10 }, retry: null, timeoutMinutes: null };
const NAMES = ['dev-1', 'dev-2', 'dev-3', 'dev-4', 'dev-5', 'dev-6'];
let store: Store;
let parts: CoreParts;
beforeEach(async () => {
  store = await testStore();
  parts = await meters(
    { store, engine: quietEngine(), clock },
    NAMES.map((deviceName) => ({ deviceName })),
  );
});
afterEach(() => store.close());

const packageOf = async (version: string, more: object = {}): Promise<string> => {
  const file = { name: 'fw.bin', stream: Readable.from([Buffer.from(version)], { objectMode: false }) };
  return (await parts.core.packages.create(operator, { productKey: 'meter', name: 'meter_fw', version, ...more }, file))._id;
};
function create(packageId: string, scope: BatchScope = { kind: 'all' }, more: Partial<BatchPolicy> = {}): Promise<Batch> {
  clock.advance(1_000);
  return parts.core.batches.createStatic(operator, { packageId, scope, policy: { ...policy, ...more } });
}
/** The batch as it is when its workflow has ended it, as it does where no task is left. */
async function ended({ _id }: Batch): Promise<Batch | null> {
  await parts.lifecycle.select(_id);
  await parts.lifecycle.setStatus(_id, 'FINISHED');
  return parts.core.batches.get(_id);
}
const reports = (deviceName: string, version: string) =>
  parts.core.tasks.report(`meter.${deviceName}`, { kind: 'version', module: 'default', version });

describe('R-BAT-11 a batch that has nobody to push to says whom it passed over, and why', () => {
  test('R-BAT-11 all are busy: how many, some by name, and with which batch', async () => {
    const first = await create(await packageOf('2.0.0'));
    await parts.lifecycle.select(first._id);
    const second = await ended(await create(await packageOf('3.0.0')));
    expect(second).toMatchObject({ status: 'FINISHED', selection: { created: 0, skippedBusy: 6 } });
    expect(second?.statusReason).toMatch(/^There was nobody to push to: 6 have an unfinished task of another batch \(/);
    for (const deviceName of ['dev-1', 'dev-2', 'dev-3']) expect(second?.statusReason).toContain(`${deviceName} in batch ${first._id}`);
    expect(second?.statusReason).toContain(', …)');
  });

  test('R-BAT-4 R-BAT-2 the same of a share, of devices by name, and where all that override would give way are in upgrade', async () => {
    const first = await create(await packageOf('2.0.0'));
    await parts.lifecycle.select(first._id);
    await store.collections.tasks.updateMany({ batchId: first._id }, { $set: { status: 'IN_PROGRESS' } });
    const packageId = await packageOf('3.0.0');
    const share = await ended(await create(packageId, { kind: 'phased', percent: 50, seed: 'a' }));
    expect(share).toMatchObject({ status: 'FINISHED', selection: { created: 0, skippedBusy: 6, skippedPhase: 0 } });
    expect(share?.statusReason).toContain('6 have an unfinished task');
    const named = await ended(await create(packageId, { kind: 'targeted', deviceNames: ['dev-2'] }, { overridePrevious: true }));
    expect(named?.statusReason).toBe(
      `There was nobody to push to: 1 has an unfinished task of another batch (dev-2 in batch ${first._id}).`,
    );
  });

  test('R-BAT-2 each reason has its number: busy, another version, the target already, disabled', async () => {
    await reports('dev-1', '1.0.0');
    await reports('dev-2', '0.9.0');
    await reports('dev-4', '3.0.0');
    const first = await create(await packageOf('2.0.0'), { kind: 'targeted', deviceNames: ['dev-1'] });
    await parts.lifecycle.select(first._id);
    const batch = await create(await packageOf('3.0.0', { sourceVersions: ['1.0.0'] }));
    await parts.core.devices.setEnabled(operator, ['meter.dev-5', 'meter.dev-6'], false);
    const found = await ended(batch);
    expect(found).toMatchObject({ selection: { matched: 4, created: 1, skippedBusy: 1, skippedVersion: 2, atTarget: 1 } });
    expect(found?.statusReason).toBe(
      `There was nobody to push to: 1 has an unfinished task of another batch (dev-1 in batch ${first._id}); ` +
        '2 have a version that the package does not upgrade from (dev-2 with 0.9.0, dev-3 with none reported); ' +
        '1 has version 3.0.0 already; 2 are disabled.',
    );
  });

  test('R-BAT-2 all have gone since it was made', async () => {
    const batch = await create(await packageOf('2.0.0'), { kind: 'targeted', deviceNames: ['dev-1'] });
    await parts.core.devices.delete(operator, ['meter.dev-1']);
    expect((await ended(batch))?.statusReason).toBe('There was nobody to push to: no device matches any more.');
  });

  test('R-BAT-2 one that has pushed to somebody ends without a reason, whoever else was busy', async () => {
    await parts.lifecycle.select((await create(await packageOf('2.0.0'), { kind: 'targeted', deviceNames: ['dev-1'] }))._id);
    const batch = await create(await packageOf('3.0.0'));
    await parts.lifecycle.select(batch._id);
    await store.collections.tasks.updateMany({ batchId: batch._id }, { $set: { status: 'CANCELED', active: false } });
    await parts.lifecycle.setStatus(batch._id, 'FINISHED');
    expect(await parts.core.batches.get(batch._id)).toMatchObject({
      status: 'FINISHED',
      statusReason: null,
      selection: { created: 5, skippedBusy: 1 },
    });
  });
});
