import type { CoreParts } from '../../core/core-parts';
import { UserError } from '../../core/errors';
import { deviceIdOf, taskIdOf } from '../../schema/model/ids';
import type { CancelableStatus } from '../../schema/model/task/cancel';
import type { Task, TaskStatus } from '../../schema/model/task/task';
import { aPackage } from '../support/builders';
import { handClock, operator, refusal, spectator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const over = new Set<string>();
const told = new Set<string>();
/** Does with the store what the batch's workflow would. */
const engine = quietEngine({
  async commandBatch(batchId, command) {
    if (over.has(batchId)) throw new UserError('BATCH_STATE', { message: 'It is over.', hint: '' });
    if (command.kind !== 'cancelTasks') throw new Error(`unexpected ${command.kind}`);
    return { affected: (await parts.batchTasks.cancelSome(batchId, command.which, () => {})).canceled };
  },
  tellEnded: async ({ _id }) => void told.add(_id),
});
const names = ['dev-a', 'dev-b', 'dev-c', 'dev-d', 'dev-e'];
const deviceIds = names.map((name) => deviceIdOf('meter', name));

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  parts = await meters({ store, engine, clock }, named(names));
  await store.collections.packages.insertMany([
    aPackage({ productKey: 'meter' }),
    aPackage({ _id: 'package2', productKey: 'meter', module: 'radio', version: '3.0.0' }),
  ]);
  over.clear();
  told.clear();
});

const policy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null } as const;
async function create(deviceNames: string[], packageId = 'package1', startsLater = false): Promise<string> {
  const startAt = new Date(clock().getTime() + 600_000);
  const batch = await parts.core.batches.createStatic(operator, {
    packageId,
    scope: { kind: 'targeted', deviceNames },
    policy,
    ...(startsLater && { schedule: { startAt, endAt: null } }),
  });
  await parts.lifecycle.select(batch._id);
  return batch._id;
}
const put = (batchId: string, name: string, status: TaskStatus, fields: Partial<Task> = {}) =>
  store.collections.tasks.updateOne({ batchId, deviceName: name }, { $set: { status, ...fields } });
/** A batch with a task in each state in which one can be, and one that has succeeded. */
async function batchOfAll(startsLater = false): Promise<string> {
  const id = await create(names, 'package1', startsLater);
  await put(id, 'dev-a', 'UNCONFIRMED', { offerAt: null });
  await put(id, 'dev-c', 'NOTIFIED', { notifiedAt: clock() });
  await put(id, 'dev-d', 'IN_PROGRESS', { notifiedAt: clock(), reacted: true, firstProgressAt: clock() });
  await put(id, 'dev-e', 'SUCCEEDED', { active: false });
  return id;
}
const statuses = async (batchId: string) =>
  (await store.collections.tasks.find({ batchId }).sort({ _id: 1 }).toArray()).map(({ status }) => status);

describe('R-BAT-18 the tasks of a batch in some statuses', () => {
  const before: TaskStatus[] = ['UNCONFIRMED', 'QUEUED', 'NOTIFIED', 'IN_PROGRESS', 'SUCCEEDED'];
  const cases: { wanted: CancelableStatus[]; ends: number[]; startsLater?: boolean }[] = [
    { wanted: ['UNCONFIRMED'], ends: [0] },
    { wanted: ['QUEUED'], ends: [1] },
    { wanted: ['NOTIFIED'], ends: [2] },
    { wanted: ['IN_PROGRESS'], ends: [3] },
    { wanted: ['SCHEDULED'], ends: [] },
    { wanted: ['SCHEDULED'], ends: [1], startsLater: true },
    { wanted: ['QUEUED'], ends: [], startsLater: true },
    { wanted: ['QUEUED', 'NOTIFIED', 'QUEUED'], ends: [1, 2] },
    { wanted: ['SCHEDULED', 'QUEUED', 'NOTIFIED', 'IN_PROGRESS', 'UNCONFIRMED'], ends: [0, 1, 2, 3] },
  ];
  test.each(cases)('R-BAT-18 $wanted are canceled, the others stay as they are (scheduled: $startsLater)', async (one) => {
    const id = await batchOfAll(one.startsLater);
    const { batch, canceled } = await parts.core.batches.cancel(operator, id, one.wanted);
    expect(canceled).toBe(one.ends.length);
    expect(await statuses(id)).toEqual(before.map((status, index) => (one.ends.includes(index) ? 'CANCELED' : status)));
    expect(batch.status).toBe(one.startsLater ? 'SCHEDULED' : 'RUNNING');
    expect((await parts.core.batches.cancel(operator, id, one.wanted)).canceled).toBe(0);
  });

  test('R-BAT-18 an upgrade that runs is told, and the device is free for another batch', async () => {
    const id = await batchOfAll();
    await parts.core.batches.cancel(operator, id, ['IN_PROGRESS']);
    expect([...told]).toEqual([taskIdOf(id, 'meter.dev-d')]);
    expect(await statuses(await create(['dev-d']))).toEqual(['QUEUED']);
  });

  test('R-BAT-18 no status at all, a batch that is none, and a viewer are refused', async () => {
    const id = await batchOfAll();
    expect(await refusal(parts.core.batches.cancel(operator, id, []))).toEqual([{ code: 'REQUIRED', field: 'statuses' }]);
    expect(await refusal(parts.core.batches.cancel(spectator, id, ['QUEUED']))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await refusal(parts.core.batches.cancel(operator, 'none', ['QUEUED']))).toEqual([{ code: 'BATCH_UNKNOWN', field: 'batchId' }]);
    await parts.lifecycle.setStatus(id, 'FAILED');
    expect(await refusal(parts.core.batches.cancel(operator, id, ['QUEUED']))).toEqual([{ code: 'BATCH_STATE', field: 'batchId' }]);
  });
});

describe('R-BAT-18 the tasks of a package on some devices', () => {
  const cancel = (more: Partial<Parameters<CoreParts['core']['tasks']['cancel']>[1]> = {}) =>
    parts.core.tasks.cancel(operator, { packageId: 'package1', deviceIds, ...more });

  test('R-BAT-18 end in whichever batches they are; other packages, devices and batches go on', async () => {
    const [first, second, other] = [await create(['dev-a', 'dev-b']), await create(['dev-c', 'dev-d']), await create(names, 'package2')];
    const { canceled, tasks } = await cancel({ deviceIds: ['dev-b', 'dev-c', 'dev-e'].map((name) => deviceIdOf('meter', name)) });
    expect(canceled).toBe(2);
    expect(tasks.map(({ deviceName, status }) => [deviceName, status]).sort()).toEqual([
      ['dev-b', 'CANCELED'],
      ['dev-c', 'CANCELED'],
    ]);
    expect([await statuses(first), await statuses(second)]).toEqual([
      ['QUEUED', 'CANCELED'],
      ['CANCELED', 'QUEUED'],
    ]);
    // Of another package: it got the one device that was free.
    expect(await statuses(other)).toEqual(['QUEUED']);
  });

  test('R-BAT-18 can be those of one batch, or in some statuses', async () => {
    const [first, second] = [await create(['dev-a', 'dev-b']), await create(['dev-c', 'dev-d'])];
    await put(second, 'dev-d', 'NOTIFIED');
    expect((await cancel({ batchId: second, statuses: ['NOTIFIED'] })).canceled).toBe(1);
    expect(await statuses(second)).toEqual(['QUEUED', 'CANCELED']);
    expect((await cancel({ batchId: second })).canceled).toBe(1);
    expect(await statuses(first)).toEqual(['QUEUED', 'QUEUED']);
  });

  test('R-BAT-18 canceled twice are canceled once, and the second answer says that there was nothing', async () => {
    await batchOfAll();
    expect((await cancel()).canceled).toBe(4);
    expect(await cancel()).toEqual({ canceled: 0, tasks: [] });
  });

  test('R-BAT-18 of a batch whose workflow is over end all the same', async () => {
    const id = await create(['dev-a', 'dev-b']);
    over.add(id);
    expect((await cancel()).canceled).toBe(2);
    expect(await statuses(id)).toEqual(['CANCELED', 'CANCELED']);
  });

  test('R-BAT-18 one device at least, 200 at most, all of them known, and a package that is there', async () => {
    await batchOfAll();
    const many = (count: number) => Array.from({ length: count }, (_, index) => `meter.none-${index}`);
    const cases = [
      { more: { deviceIds: [] }, code: 'REQUIRED' },
      { more: { deviceIds: many(201) }, code: 'TOO_MANY' },
      { more: { deviceIds: many(200) }, code: 'DEVICE_UNKNOWN' },
      { more: { statuses: [] }, code: 'REQUIRED' },
      { more: { packageId: 'none' }, code: 'PACKAGE_UNKNOWN' },
    ];
    for (const { more, code } of cases) expect((await refusal(cancel(more))).map((each) => each.code)).toEqual([code]);
    expect(await refusal(parts.core.tasks.cancel(spectator, { packageId: 'package1', deviceIds }))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await store.collections.tasks.countDocuments({ status: 'CANCELED' })).toBe(0);
  });
});
