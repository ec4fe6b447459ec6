import { setTimeout as delay } from 'node:timers/promises';
import type { CoreParts } from '../../core/core-parts';
import type { BatchPolicy } from '../../schema/model/batch/batch';
import { taskIdOf } from '../../schema/model/ids';
import type { Store } from '../../schema/mongo/connect';
import { aPackage } from '../support/builders';
import { handClock, operator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { emptyStore, testStore } from '../support/store';

const clock = handClock();
const woken: string[] = [];
const engine = quietEngine({ wakeBatch: (batchId) => void woken.push(batchId) });
const names = Array.from({ length: 10 }, (_, index) => `dev-${index}`);
const POLICY: BatchPolicy = {
  ...{ rate: { kind: 'constant', perMinute: 600 }, timeoutMinutes: null },
  ...{ retry: { intervalMinutes: 30, maxRetries: 2 }, halt: { failedCount: 3, minimumJudged: 3 } },
};

let store: Store;
let parts: CoreParts;
let batchId: string;
beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  parts = await meters({ store, engine, clock }, named(names));
  for (const name of names) await report(name, '1.0.0');
  await store.collections.packages.insertOne(aPackage({ productKey: 'meter', sourceVersions: ['1.0.0'] }));
  await begin();
});
afterEach(async () => {
  await parts.close();
  await emptyStore(store);
});
afterAll(() => store.close());

async function begin(policy: Partial<BatchPolicy> = {}): Promise<void> {
  const input = { packageId: 'package1', scope: { kind: 'all' as const }, policy: { ...POLICY, ...policy } };
  batchId = (await parts.core.batches.createStatic(operator, input))._id;
  await parts.lifecycle.select(batchId);
  await store.collections.tasks.updateMany({ batchId }, { $set: { status: 'NOTIFIED', notifiedAt: clock(), firstNotifiedAt: clock() } });
  woken.length = 0;
}

const report = (name: string, version: string) => parts.core.tasks.report(`meter.${name}`, { kind: 'version', module: 'default', version });
const idOf = (name: string) => taskIdOf(batchId, `meter.${name}`);
const fails = (name: string, retried = true) =>
  parts.upgradeTasks.failAttempt({
    ...{ taskId: idOf(name), attempt: 1, cause: 'FIRMWARE_UPDATE_FAILED', text: null },
    retryAt: retried ? clock().getTime() + 30 * 60_000 : null,
  });
const status = async () => (await parts.core.batches.get(batchId))?.status;
/** By a look that a failure has caused. */
async function halted(): Promise<void> {
  while ((await status()) !== 'HALTED') await delay(5);
}

test('R-BAT-24 devices that fail and will be tried again halt the batch, without a window and without a wake-up, and are counted', async () => {
  for (const name of ['dev-0', 'dev-1']) await fails(name);
  expect(await parts.lifecycle.halt(batchId)).toBe(false);
  await fails('dev-2');
  await halted();
  expect(await parts.core.batches.get(batchId)).toMatchObject({ status: 'HALTED', statusReason: expect.stringContaining('3 of 3') });
  expect(await parts.core.batches.counts(batchId)).toMatchObject({ NOTIFIED: 10, FAILED: 0, failing: 3, regressed: 0 });
  expect(await parts.lifecycle.pushTerms(batchId)).toBeNull();
  // It is told behind the write that halts it.
  while (!woken.includes(batchId)) await delay(5);
});

test('R-BAT-24 three of ten devices are deleted, and the batch goes on', async () => {
  await parts.core.devices.delete(
    operator,
    ['dev-0', 'dev-1', 'dev-2'].map((name) => `meter.${name}`),
  );
  expect(await parts.core.batches.counts(batchId)).toMatchObject({ FAILED: 3 });
  expect(await status()).toBe('RUNNING');
  expect(await parts.lifecycle.halt(batchId)).toBe(false);
});

test('R-BAT-24 devices that failed and are then deleted while a retry waits count no more', async () => {
  for (const name of ['dev-0', 'dev-1']) await fails(name);
  await parts.core.devices.delete(operator, ['meter.dev-0', 'meter.dev-1']);
  await fails('dev-2');
  expect(await parts.lifecycle.halt(batchId)).toBe(false);
  expect(await parts.core.batches.counts(batchId)).toMatchObject({ FAILED: 2, failing: 1 });
});

test('R-BAT-24 R-BAT-10 successes that are followed by the old version halt the batch, and are counted', async () => {
  for (const name of ['dev-0', 'dev-1', 'dev-2']) await report(name, '2.0.0');
  expect(await parts.lifecycle.halt(batchId)).toBe(false);
  for (const name of ['dev-0', 'dev-1', 'dev-2']) await report(name, '1.0.0');
  await halted();
  expect(await parts.core.batches.counts(batchId)).toMatchObject({ SUCCEEDED: 3, regressed: 3 });
});

test('R-BAT-24 whoever resumes a halted batch forgives those that are failing, and their next failures count', async () => {
  for (const name of ['dev-0', 'dev-1', 'dev-2']) await fails(name);
  await halted();
  clock.advance(1_000);
  await parts.lifecycle.setStatus(batchId, 'RUNNING');
  expect(await parts.lifecycle.halt(batchId)).toBe(false);
  clock.advance(1_000);
  const again = (name: string) =>
    parts.upgradeTasks.failAttempt({ taskId: idOf(name), attempt: 2, cause: 'FIRMWARE_UPDATE_FAILED', text: null, retryAt: null });
  await store.collections.tasks.updateMany({ outcome: 'FAILING' }, { $set: { notifiedAt: clock() }, $inc: { revision: 1 } });
  for (const name of ['dev-0', 'dev-1']) await again(name);
  expect(await parts.lifecycle.halt(batchId)).toBe(false);
  await again('dev-2');
  expect(await parts.lifecycle.halt(batchId)).toBe(true);
});

test('R-BAT-24 R-BAT-21 a task that begins again has no outcome, whoever was forgiven', async () => {
  for (const name of ['dev-0', 'dev-1', 'dev-2']) await fails(name, false);
  await halted();
  clock.advance(1_000);
  await parts.lifecycle.setStatus(batchId, 'RUNNING');
  expect(await parts.core.batches.reinitiate(operator, { batchId, all: true })).toMatchObject({ reinitiated: 3 });
  expect(await parts.core.batches.counts(batchId)).toMatchObject({ FAILED: 0, failing: 0 });
  expect(await parts.lifecycle.halt(batchId)).toBe(false);
});

test('R-BAT-24 of a batch without a threshold nothing is looked at', async () => {
  await store.collections.batches.updateOne({ _id: batchId }, { $unset: { 'policy.halt': true } });
  for (const name of names) await fails(name);
  expect(await parts.lifecycle.halt(batchId)).toBe(false);
  expect(await status()).toBe('RUNNING');
});
