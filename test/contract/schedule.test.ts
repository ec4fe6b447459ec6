import { Readable } from 'node:stream';
import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import { type BatchPolicy, type Schedule, WINDOW_CLOSED } from '../../schema/model/batch/batch';
import { activitiesOf } from '../support/activities';
import { handClock, MASTER_KEY, operator, refusal, settingsWith } from '../support/core-parts';
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

const MINUTE = 60_000;
const inMinutes = (minutes: number) => new Date(clock().getTime() + minutes * MINUTE);
async function push(schedule: Schedule | null, idempotencyKey: string | null = null) {
  const [stored] = (await parts.core.packages.list({ productKey: 'meter' }, { first: 1, after: null })).rows;
  const packageId =
    stored?.node._id ??
    (
      await parts.core.packages.create(
        operator,
        { productKey: 'meter', name: 'meter_fw', version: '2.0.0' },
        { name: 'fw.bin', stream: Readable.from([Buffer.from('image')], { objectMode: false }) },
      )
    )._id;
  return parts.core.batches.createStatic(operator, { packageId, scope: { kind: 'all' }, policy, schedule, idempotencyKey });
}

test('R-BAT-6 a scheduled batch has its tasks and pushes none of them until it starts', async () => {
  const schedule = { startAt: inMinutes(10), endAt: inMinutes(100) };
  const batch = await push(schedule);
  expect(batch).toMatchObject({ status: 'SCHEDULED', schedule });
  const start = await parts.lifecycle.select(batch._id);
  expect(start).toMatchObject({ status: 'SCHEDULED', schedule: { startAt: +schedule.startAt, endAt: +schedule.endAt } });
  expect(await parts.core.batches.get(batch._id)).toMatchObject({ status: 'SCHEDULED', selection: { created: 4 } });
  expect(await parts.lifecycle.pushTerms(batch._id)).toBeNull();
  expect(await parts.core.tasks.requested('meter.dev-old', 'default')).toBeNull();
  await parts.lifecycle.setStatus(batch._id, 'RUNNING');
  expect(await parts.core.tasks.requested('meter.dev-old', 'default')).not.toBeNull();
});

test('R-BAT-6 what has not ended at the end is canceled with that cause; what has stays as it is', async () => {
  const batch = await push({ startAt: inMinutes(10), endAt: null });
  await parts.lifecycle.select(batch._id);
  expect(await parts.batchTasks.cancel(batch._id, () => undefined, 'CAMPAIGN_WINDOW_CLOSED')).toBe(3);
  const tasks = await store.collections.tasks.find({ batchId: batch._id }).sort({ _id: 1 }).toArray();
  expect(tasks.map(({ status, cause }) => [status, cause])).toEqual([
    ['CANCELED', 'CAMPAIGN_WINDOW_CLOSED'],
    ['CANCELED', 'CAMPAIGN_WINDOW_CLOSED'],
    ['SUCCEEDED', null],
    ['CANCELED', 'CAMPAIGN_WINDOW_CLOSED'],
  ]);
});

test('R-BAT-6 a start too soon and an end too soon are told at once, and nothing is created', async () => {
  const codes = await refusal(push({ startAt: inMinutes(4), endAt: inMinutes(5) }));
  expect(codes).toEqual([
    { code: 'SCHEDULE_OUT_OF_RANGE', field: 'schedule.startAt' },
    { code: 'SCHEDULE_OUT_OF_RANGE', field: 'schedule.endAt' },
  ]);
  expect(await store.collections.batches.countDocuments({})).toBe(0);
});

test('R-BAT-6 the same key gives the scheduled batch again, also when its start is no longer ahead', async () => {
  const schedule = { startAt: inMinutes(5), endAt: null };
  const first = await push(schedule, 'june');
  clock.advance(30 * MINUTE);
  expect((await push(schedule, 'june'))._id).toBe(first._id);
});

test('R-BAT-6 from its scheduled end on the batch is finished: tasks that are only being ended do not open it again', async () => {
  const batch = await push({ startAt: inMinutes(10), endAt: inMinutes(100) });
  await parts.lifecycle.select(batch._id);
  await parts.lifecycle.setStatus(batch._id, 'RUNNING');
  clock.advance(100 * MINUTE);
  await parts.lifecycle.setStatus(batch._id, 'FINISHED', WINDOW_CLOSED);
  expect(await parts.core.batches.get(batch._id)).toMatchObject({ status: 'FINISHED', statusReason: WINDOW_CLOSED });
  expect(await parts.lifecycle.pushTerms(batch._id)).toBeNull();
});

test('R-BAT-6 R-BAT-21 a batch that was opened again while its tasks were being ended is finished with the last of them', async () => {
  const batch = await push({ startAt: inMinutes(10), endAt: inMinutes(100) });
  await parts.lifecycle.select(batch._id);
  await parts.lifecycle.setStatus(batch._id, 'RUNNING');
  await activitiesOf(parts).cancelBatchTasks(batch._id, 'CAMPAIGN_WINDOW_CLOSED');
  expect(await parts.core.batches.get(batch._id)).toMatchObject({ status: 'FINISHED', statusReason: WINDOW_CLOSED });
});
