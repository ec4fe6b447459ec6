import type { CoreParts } from '../../core/core-parts';
import { taskIdOf } from '../../schema/model/ids';
import { aPackage } from '../support/builders';
import { handClock, operator, refusal, spectator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const woken: string[] = [];
const engine = quietEngine({
  wakeBatch: (batchId) => void woken.push(batchId),
});
const names = Array.from({ length: 11 }, (_, index) => `dev-${index}`);

const store = useStore();
let parts: CoreParts;
let batchId: string;
beforeEach(async () => {
  parts = await meters({ store, engine, clock }, named(names));
  const { core, lifecycle } = parts;
  for (const name of names) await core.tasks.report(`meter.${name}`, { kind: 'version', module: 'default', version: '1.0.0' });
  await store.collections.packages.insertOne(aPackage({ productKey: 'meter', sourceVersions: ['1.0.0'] }));
  await core.devices.connected('meter.dev-0', 'gw-1', '1');
  const policy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null, confirmation: true } as const;
  batchId = (await core.batches.createStatic(operator, { packageId: 'package1', scope: { kind: 'all' }, policy }))._id;
  await lifecycle.select(batchId);
  woken.length = 0;
});

const idOf = (name: string) => taskIdOf(batchId, `meter.${name}`);
const stored = async (name: string) => parts.core.tasks.get(idOf(name));
const dueNow = async () => (await parts.batchTasks.due(batchId, 100)).groups.flatMap(({ taskIds }) => taskIds);

describe('R-TASK-8 tasks of a batch that asks for confirmation', () => {
  test('R-TASK-8 wait: they are neither due nor handed out, and the batch stays open', async () => {
    expect(await stored('dev-0')).toMatchObject({ status: 'UNCONFIRMED', active: true, offerAt: null });
    expect(await parts.batchTasks.due(batchId, 100)).toEqual({ groups: [], nextDueAt: null, open: true });
    expect(await parts.core.tasks.requested('meter.dev-0', 'default')).toBeNull();
    await parts.core.devices.disconnected('meter.dev-0', '1');
    await parts.core.devices.connected('meter.dev-0', 'gw-1', '2');
    expect(await dueNow()).toEqual([]);
  });

  test('R-TASK-8 a confirmed one is due at once, wakes its batch, and may be handed out', async () => {
    const [confirmed] = await parts.core.tasks.confirm(operator, [idOf('dev-0')]);
    expect(confirmed).toMatchObject({ status: 'QUEUED', offerAt: clock(), transitions: [{ from: 'UNCONFIRMED', to: 'QUEUED' }] });
    expect(woken).toEqual([batchId]);
    expect(await dueNow()).toEqual([idOf('dev-0')]);
    expect(await parts.core.tasks.requested('meter.dev-0', 'default')).toMatchObject({ version: '2.0.0' });
  });

  test('R-TASK-8 confirmed while its batch is paused, it waits for the batch', async () => {
    await parts.lifecycle.setStatus(batchId, 'PAUSED');
    expect(await parts.core.tasks.confirm(operator, [idOf('dev-0')])).toMatchObject([{ status: 'QUEUED' }]);
    expect(await parts.core.tasks.requested('meter.dev-0', 'default')).toBeNull();
    expect(await stored('dev-0')).toMatchObject({ status: 'QUEUED', notifiedAt: null });
  });

  test('R-TASK-8 a rejected one ends, and its record says who ended it', async () => {
    const [rejected] = await parts.core.tasks.reject(operator, [idOf('dev-1')]);
    const text = 'Rejected by the user.';
    expect(rejected).toMatchObject({ status: 'CANCELED', active: false, causeText: text, endedAt: clock() });
    expect((await stored('dev-1'))?.transitions).toMatchObject([{ from: 'UNCONFIRMED', to: 'CANCELED', cause: null, text }]);
    expect(woken).toEqual([batchId]);
  });

  test('R-TASK-8 deciding the same twice is harmless, also when the device has gone on meanwhile', async () => {
    const ids = [idOf('dev-0'), idOf('dev-0')];
    expect(await parts.core.tasks.confirm(operator, ids)).toHaveLength(1);
    expect(await parts.core.tasks.confirm(operator, ids)).toMatchObject([{ status: 'QUEUED' }]);
    await parts.core.tasks.requested('meter.dev-0', 'default');
    expect(await parts.core.tasks.confirm(operator, ids)).toMatchObject([{ status: 'NOTIFIED' }]);
    await parts.core.tasks.reject(operator, [idOf('dev-1')]);
    expect(await parts.core.tasks.reject(operator, [idOf('dev-1')])).toMatchObject([{ status: 'CANCELED' }]);
    expect((await stored('dev-1'))?.transitions).toHaveLength(1);
  });

  test('R-TASK-8 at once decided both ways: one holds, the other is told', async () => {
    const both = await Promise.allSettled([
      parts.core.tasks.confirm(operator, [idOf('dev-2')]),
      parts.core.tasks.reject(operator, [idOf('dev-2')]),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await stored('dev-2'))?.transitions).toHaveLength(1);
  });

  test('R-TASK-8 what cannot be decided is refused with what it is, and nothing of the call is done', async () => {
    await parts.core.tasks.reject(operator, [idOf('dev-1')]);
    const { tasks } = parts.core;
    expect(await refusal(tasks.confirm(operator, [idOf('dev-0'), idOf('dev-1')]))).toEqual([{ code: 'TASK_STATE', field: 'taskIds.1' }]);
    await expect(tasks.confirm(operator, [idOf('dev-1')])).rejects.toThrow('it is CANCELED');
    expect(await refusal(tasks.confirm(operator, [idOf('dev-0'), 'nothing']))).toEqual([{ code: 'TASK_UNKNOWN', field: 'taskIds.1' }]);
    expect(await stored('dev-0')).toMatchObject({ status: 'UNCONFIRMED' });
  });

  test('R-TASK-8 ten tasks a call, not eleven, and not none', async () => {
    const ids = names.map(idOf);
    for (const decide of [parts.core.tasks.confirm, parts.core.tasks.reject]) {
      expect(await refusal(decide(operator, ids))).toEqual([{ code: 'TOO_MANY', field: 'taskIds' }]);
      expect(await refusal(decide(operator, []))).toEqual([{ code: 'REQUIRED', field: 'taskIds' }]);
      expect(await refusal(decide(spectator, ids.slice(0, 1)))).toEqual([{ code: 'NOT_ALLOWED' }]);
    }
    expect(await parts.core.tasks.confirm(operator, ids.slice(0, 10))).toHaveLength(10);
  });

  test('R-TASK-8 versions reported meanwhile: the target ends the task, an unknown one fails it, the source changes nothing', async () => {
    const report = (name: string, version: string) =>
      parts.core.tasks.report(`meter.${name}`, { kind: 'version', module: 'default', version });
    await report('dev-3', '2.0.0');
    await report('dev-4', '7.0.0');
    await report('dev-5', '1.0.0');
    expect((await Promise.all(['dev-3', 'dev-4', 'dev-5'].map(stored))).map((task) => task?.status)).toEqual([
      'SUCCEEDED',
      'FAILED',
      'UNCONFIRMED',
    ]);
  });

  test("R-TASK-8 a device's unfinished tasks are listed by device and module", async () => {
    const unfinished = async (name: string, module: string | null = null) =>
      (await parts.core.tasks.unfinished(spectator, `meter.${name}`, module, {})).rows.map(({ node }) => node._id);
    expect(await unfinished('dev-0')).toEqual([idOf('dev-0')]);
    expect(await unfinished('dev-0', 'default')).toEqual([idOf('dev-0')]);
    expect(await unfinished('dev-0', 'MCU')).toEqual([]);
    await parts.core.tasks.reject(operator, [idOf('dev-0')]);
    expect(await unfinished('dev-0')).toEqual([]);
    expect(await refusal(unfinished('dev-99'))).toEqual([{ code: 'NOT_FOUND', field: 'deviceId' }]);
  });
});
