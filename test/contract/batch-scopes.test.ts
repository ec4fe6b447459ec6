import { Readable } from 'node:stream';
import fc from 'fast-check';
import type { CoreParts } from '../../core/core-parts';
import type { Batch, BatchPolicy, BatchScope } from '../../schema/model/batch/batch';
import { phasedShare } from '../../schema/model/batch/phase';
import type { Store } from '../../schema/mongo/connect';
import { handClock, operator, refusal } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { testStore } from '../support/store';

const clock = handClock();
const policy: BatchPolicy = { rate: { kind: 'constant', perMinute: 10 }, retry: null, timeoutMinutes: null };
const engine = quietEngine();

const DEVICES = 40;
const cities = ['Thun', 'Biel'] as const;
const name = (index: number) => `dev-${String(index).padStart(2, '0')}`;
let store: Store;
let parts: CoreParts;
let packageId: string;
beforeAll(async () => {
  store = await testStore();
  parts = await meters(
    { store, engine, clock },
    Array.from({ length: DEVICES }, (_, index) => ({
      deviceName: name(index),
      region: index < 10 ? { province: 'Bern', city: cities[index % 2] ?? '' } : null,
    })),
  );
  const file = { name: 'fw.bin', stream: Readable.from([Buffer.from('image')], { objectMode: false }) };
  packageId = (await parts.core.packages.create(operator, { productKey: 'meter', name: 'meter_fw', version: '2.0.0' }, file))._id;
});
afterEach(async () => {
  await store.collections.tasks.deleteMany({});
  await store.collections.batches.deleteMany({});
});
afterAll(() => store.close());

function create(scope: BatchScope, sourceVersions: string[] = [], more: Partial<BatchPolicy> = {}): Promise<Batch> {
  clock.advance(1_000);
  return parts.core.batches.createStatic(operator, { packageId, scope, sourceVersions, policy: { ...policy, ...more } });
}
/** Makes the batch's tasks, says for whom, and frees the devices again. */
async function chosen({ _id }: Batch): Promise<string[]> {
  await parts.lifecycle.select(_id);
  const tasks = await store.collections.tasks.find({ batchId: _id }).sort({ _id: 1 }).toArray();
  await store.collections.tasks.deleteMany({ batchId: _id });
  return tasks.map(({ deviceName }) => deviceName);
}
const selection = async ({ _id }: Batch) => (await parts.core.batches.get(_id))?.selection;

describe('R-BAT-2 region', () => {
  test('R-BAT-2 R-DEV-5 a batch for a city is for the devices there', async () => {
    const batch = await create({ kind: 'region', province: 'Bern', city: 'Thun' });
    expect(await chosen(batch)).toEqual([0, 2, 4, 6, 8].map(name));
    expect(await selection(batch)).toMatchObject({ matched: 5, created: 5, skippedBusy: 0 });
  });

  test('R-BAT-2 a place without devices, or no place, makes no batch', async () => {
    expect(await refusal(create({ kind: 'region', province: 'Vaud', city: 'Thun' }))).toEqual([{ code: 'BATCH_EMPTY', field: 'scope' }]);
    expect(await refusal(create({ kind: 'region', province: '', city: 'x'.repeat(65) }))).toEqual([
      { code: 'REQUIRED', field: 'scope.region.province' },
      { code: 'INVALID_FORMAT', field: 'scope.region.city' },
    ]);
    expect(await store.collections.batches.countDocuments()).toBe(0);
  });
});

describe('R-BAT-4 phased', () => {
  test('R-BAT-4 as many devices as the share says, the same for the same seed, and a larger share takes them in', async () => {
    const seeds = fc.stringMatching(/^[a-z0-9]{1,12}$/);
    const percents = fc.integer({ min: 1, max: 100 });
    await fc.assert(
      fc.asyncProperty(seeds, percents, percents, async (seed, one, other) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        const first = await chosen(await create({ kind: 'phased', percent: small, seed }));
        expect(first).toHaveLength(phasedShare(DEVICES, small));
        expect(await chosen(await create({ kind: 'phased', percent: small, seed }))).toEqual(first);
        expect(await chosen(await create({ kind: 'phased', percent: large, seed }))).toEqual(expect.arrayContaining(first));
      }),
      { numRuns: 15 },
    );
  });

  test('R-BAT-4 each seed chooses anew, and without one there is one', async () => {
    const batches = await Promise.all(Array.from({ length: 4 }, () => create({ kind: 'phased', percent: 50, seed: '' })));
    const choices: string[] = [];
    for (const batch of batches) choices.push((await chosen(batch)).join());
    expect(new Set(choices).size).toBe(4);
    expect(batches.map(({ scope }) => scope.kind === 'phased' && /^[0-9a-f]{16}$/.test(scope.seed))).toEqual([true, true, true, true]);
  });

  test('R-BAT-4 the share is of the devices with a source version, and what it leaves is told', async () => {
    for (let index = 0; index < 10; index++)
      await parts.core.tasks.report(`meter.${name(index)}`, { kind: 'version', module: 'default', version: '1.0.0' });
    const batch = await create({ kind: 'phased', percent: 35, seed: 'a' }, ['1.0.0']);
    const names = await chosen(batch);
    expect(names).toHaveLength(3);
    expect(names.every((each) => each < name(10))).toBe(true);
    expect(await selection(batch)).toMatchObject({ matched: 10, created: 3, skippedPhase: 7, skippedBusy: 0, skippedVersion: 0 });
  });

  test('R-BAT-4 a selection that is repeated adds nobody, though the fleet has grown since', async () => {
    const batch = await create({ kind: 'phased', percent: 10, seed: 'b' });
    await parts.lifecycle.select(batch._id);
    await store.collections.batches.updateOne({ _id: batch._id }, { $set: { selection: null, status: 'STARTING' } });
    await parts.lifecycle.select(batch._id);
    expect(await store.collections.tasks.countDocuments({ batchId: batch._id })).toBe(4);
    expect(await parts.core.batches.get(batch._id)).toMatchObject({ share: 4, status: 'RUNNING' });
  });

  test('R-BAT-4 the share is drawn from the devices that have no other task', async () => {
    const first = await create({ kind: 'phased', percent: 10, seed: 'c' });
    await parts.lifecycle.select(first._id);
    const taken = (await store.collections.tasks.find({ batchId: first._id }).toArray()).map(({ deviceName }) => deviceName);
    expect(taken).toHaveLength(4);
    const second = await create({ kind: 'phased', percent: 20, seed: 'c' });
    const names = await chosen(second);
    expect(names).toHaveLength(phasedShare(DEVICES - 4, 20));
    expect(names.filter((each) => taken.includes(each))).toEqual([]);
    expect(await selection(second)).toMatchObject({ matched: 40, created: 7, skippedBusy: 4, skippedPhase: 29 });
    expect((await parts.core.batches.get(second._id))?.statusReason).toBeNull();
  });

  test.each([1, 50, 100])('R-BAT-4 of a fleet that is busy but for three, %i %% are among the three', async (percent) => {
    const busy = Array.from({ length: DEVICES - 3 }, (_, index) => name(index));
    await parts.lifecycle.select((await create({ kind: 'targeted', deviceNames: busy }))._id);
    const batch = await create({ kind: 'phased', percent, seed: 'd' });
    const names = await chosen(batch);
    expect(names).toHaveLength(phasedShare(3, percent));
    expect(names.every((each) => each >= name(DEVICES - 3))).toBe(true);
    expect(await selection(batch)).toMatchObject({ matched: 40, skippedBusy: 37, skippedPhase: 3 - names.length });
  });

  test('R-BAT-4 R-BAT-13 beside other modules the share is drawn from the devices with room', async () => {
    const busy = Array.from({ length: DEVICES - 10 }, (_, index) => name(index));
    const first = await create({ kind: 'targeted', deviceNames: busy });
    await parts.lifecycle.select(first._id);
    // Else they would give way.
    await store.collections.tasks.updateMany({ batchId: first._id }, { $set: { status: 'IN_PROGRESS' } });
    const batch = await create({ kind: 'phased', percent: 50, seed: 'e' }, [], { multiModule: true });
    expect(await chosen(batch)).toHaveLength(5);
    expect(await selection(batch)).toMatchObject({ matched: 40, created: 5, skippedBusy: 30, skippedPhase: 5 });
  });

  test('R-BAT-4 R-BAT-11 one that overrides draws from those whose task gives way, and leaves the tasks of the others', async () => {
    const first = await create({ kind: 'all' });
    await parts.lifecycle.select(first._id);
    const running = { batchId: first._id, deviceName: { $lt: name(20) } };
    await store.collections.tasks.updateMany(running, { $set: { status: 'IN_PROGRESS' } });
    const batch = await create({ kind: 'phased', percent: 25, seed: 'f' }, [], { overridePrevious: true });
    const names = await chosen(batch);
    expect(names).toHaveLength(5);
    expect(names.every((each) => each >= name(20))).toBe(true);
    expect(await selection(batch)).toMatchObject({ matched: 40, created: 5, skippedBusy: 20, skippedPhase: 15 });
    expect(await store.collections.tasks.countDocuments({ batchId: first._id, active: true })).toBe(35);
  });

  test('R-BAT-4 a share or a seed that is none makes no batch', async () => {
    expect(await refusal(create({ kind: 'phased', percent: 0, seed: 'a b' }))).toEqual([
      { code: 'OUT_OF_RANGE', field: 'scope.phased.percent' },
      { code: 'INVALID_FORMAT', field: 'scope.phased.seed' },
    ]);
    expect(await store.collections.batches.countDocuments()).toBe(0);
  });
});
