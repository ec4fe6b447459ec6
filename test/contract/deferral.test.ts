import type { Viewer } from '../../core/access/viewer';
import type { CoreParts } from '../../core/core-parts';
import { taskIdOf } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import { aPackage } from '../support/builders';
import { handClock, operator, refusal, spectator, viewerOf } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const MINUTE = 60_000;
const clock = handClock(new Date('2026-01-01T12:00:00Z'));
const wakes: [string, number | undefined][] = [];
const engine = quietEngine({ wakeBatch: (batchId, afterMs) => void wakes.push([batchId, afterMs]) });
const names = Array.from({ length: 4 }, (_, index) => `dev-${index}`);
const phone = (actorId: string): Viewer => ({
  ...viewerOf('APP'),
  actorId,
  kind: 'APP_USER',
  deviceIds: names.map((name) => `meter.${name}`),
});

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  parts = await meters({ store, engine, clock }, [
    ...names.map((deviceName) => ({ deviceName })),
    { deviceName: 'iotda', dialect: 'IOTDA' as const },
    { deviceName: 'lwm2m', dialect: 'LWM2M' as const },
  ]);
  for (const name of [...names, 'iotda', 'lwm2m'])
    await parts.core.tasks.report(`meter.${name}`, { kind: 'version', module: 'default', version: '1.0.0' });
  await store.collections.packages.insertOne(aPackage({ productKey: 'meter', sourceVersions: ['1.0.0'] }));
  await parts.core.devices.connected('meter.dev-0', 'gw-1', '1');
  wakes.length = 0;
});

const inMinutes = (minutes: number) => new Date(clock().getTime() + minutes * MINUTE);
const POLICY = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null, confirmation: true } as const;
async function asked(policy = {}, fields = {}) {
  const input = { packageId: 'package1', scope: { kind: 'all' as const }, policy: { ...POLICY, ...policy }, ...fields };
  const batchId = (await parts.core.batches.createStatic(operator, input))._id;
  await parts.lifecycle.select(batchId);
  wakes.length = 0;
  const id = (name = 'dev-0') => taskIdOf(batchId, `meter.${name}`);
  return {
    batchId,
    id,
    task: async (name = 'dev-0') => (await parts.core.tasks.get(id(name))) as Task,
    defer: (minutes: number, of: string[] = ['dev-0'], viewer: Viewer = operator) =>
      parts.core.tasks.defer(viewer, of.map(id), inMinutes(minutes)),
    due: () => parts.batchTasks.due(batchId, 100),
  };
}

describe('R-TASK-12 deferred tasks', () => {
  test('R-TASK-12 R-FLOW-7 of every dialect wait, count as unconfirmed, and are neither due nor handed out', async () => {
    const { batchId, id, task, defer, due } = await asked();
    const [deferred] = await defer(60, ['dev-0', 'iotda', 'lwm2m'], operator);
    expect(deferred).toMatchObject({ status: 'UNCONFIRMED', deferral: { times: 1, until: inMinutes(60), by: operator.actorId } });
    expect(await due()).toEqual({ groups: [], nextDueAt: inMinutes(60).getTime(), open: true });
    expect(await parts.core.tasks.requested('meter.dev-0', 'default')).toBeNull();
    for (const name of ['dev-0', 'iotda', 'lwm2m']) expect(await task(name)).toMatchObject({ status: 'UNCONFIRMED', offerAt: null });
    expect(await parts.core.batches.counts(batchId)).toMatchObject({ UNCONFIRMED: 6, QUEUED: 0 });
    expect(parts.core.tasks.waitsUntil(await task('iotda'), 10)).toEqual(inMinutes(60));
    await parts.core.tasks.confirm(operator, [id('iotda'), id('lwm2m'), id()]);
    expect(await parts.core.batches.counts(batchId)).toMatchObject({ UNCONFIRMED: 3, QUEUED: 3 });
    expect((await due()).groups).toMatchObject([{ taskIds: [id()] }]);
  });

  test('R-TASK-12 ask again from the time on, which is written once for those who follow them, and wait then as before', async () => {
    const { task, defer, due } = await asked();
    await defer(60, ['dev-0', 'dev-1']);
    await defer(30, ['dev-2']);
    const { revision } = await task();
    expect((await due()).nextDueAt).toBe(inMinutes(30).getTime());
    clock.advance(60 * MINUTE);
    const now = clock();
    await due();
    expect((await due()).nextDueAt).toBeNull();
    for (const name of ['dev-0', 'dev-1', 'dev-2']) expect((await task(name)).deferral).toMatchObject({ times: 1, tellAt: null });
    expect(await task()).toMatchObject({ status: 'UNCONFIRMED', revision: revision + 1, updatedAt: now });
    expect(parts.core.tasks.waitsUntil(await task(), 0)).toBeNull();
    clock.advance(24 * 60 * MINUTE);
    expect(await due()).toEqual({ groups: [], nextDueAt: null, open: true });
    expect((await task()).revision).toBe(revision + 1);
  });

  test('R-TASK-12 the batch is woken for an end that is near, and looks by itself for one that is far', async () => {
    const { batchId, defer } = await asked();
    await defer(3);
    expect(wakes).toEqual([[batchId, 3 * MINUTE]]);
    await defer(60 * 24 * 7, ['dev-1']);
    expect(wakes.at(-1)).toEqual([batchId, 10 * MINUTE]);
  });

  test('R-TASK-12 phones that defer until times of one minute have the batch look once, along an index', async () => {
    const { batchId, id, task, due } = await asked();
    const at = (seconds: number) => new Date(new Date('2026-01-01T13:00:00Z').getTime() + seconds * 1_000);
    clock.advance(new Date('2026-01-01T12:30:00Z').getTime() - clock().getTime());
    for (const [index, name] of names.entries()) await parts.core.tasks.defer(operator, [id(name)], at(1 + index * 15));
    expect((await due()).nextDueAt).toBe(at(60).getTime());
    clock.advance(at(60).getTime() - clock().getTime());
    await due();
    expect((await due()).nextDueAt).toBeNull();
    for (const name of names) expect((await task(name)).deferral).toMatchObject({ tellAt: null });
    const filter = { batchId, status: 'UNCONFIRMED' as const, 'deferral.tellAt': { $gt: new Date(0), $lte: clock() } };
    const { executionStats } = await store.collections.tasks.find(filter).sort({ 'deferral.tellAt': 1 }).explain('executionStats');
    expect(executionStats).toMatchObject({ totalKeysExamined: 0, totalDocsExamined: 0 });
  });

  test('R-TASK-12 a call whose answer was lost counts once, also when its time is over', async () => {
    const { id, task, defer } = await asked({ deferral: { maxTimes: 1 } });
    const until = inMinutes(10);
    const again = () => parts.core.tasks.defer(operator, [id()], until);
    const [first] = await again();
    expect(await again()).toEqual([first]);
    clock.advance(20 * MINUTE);
    expect(await again()).toEqual([first]);
    expect(await task()).toMatchObject({ deferral: { times: 1 }, transitions: [{ from: 'UNCONFIRMED', to: 'UNCONFIRMED' }] });
    expect(await refusal(defer(10))).toEqual([{ code: 'DEFERRAL_LIMIT', field: 'taskIds.0' }]);
  });

  test('R-TASK-12 each deferral counts, down to none left', async () => {
    const { batchId, task, defer } = await asked({ deferral: { maxTimes: 2 } });
    const left = async () => {
      const { maxTimes } = parts.core.tasks.deferralBounds(await parts.core.batches.get(batchId));
      return maxTimes - ((await task()).deferral?.times ?? 0);
    };
    expect(await left()).toBe(2);
    await defer(10);
    expect(await left()).toBe(1);
    await defer(20);
    expect(await left()).toBe(0);
    expect(await refusal(defer(30))).toEqual([{ code: 'DEFERRAL_LIMIT', field: 'taskIds.0' }]);
    expect(await task()).toMatchObject({ deferral: { times: 2, until: inMinutes(20) } });
  });

  test('R-TASK-12 all or none: what may not be deferred is named with its limit, and nothing of the call is done', async () => {
    const { id, task, defer } = await asked({ deferral: { maxTimes: 1, maxHours: 2 } });
    await defer(60, ['dev-1']);
    await parts.core.tasks.confirm(operator, [id('dev-2')]);
    expect(await refusal(defer(90, ['dev-0', 'dev-1']))).toEqual([{ code: 'DEFERRAL_LIMIT', field: 'taskIds.1' }]);
    expect(await refusal(defer(121, ['dev-0', 'dev-3']))).toEqual([
      { code: 'DEFERRAL_OUT_OF_RANGE', field: 'taskIds.0' },
      { code: 'DEFERRAL_OUT_OF_RANGE', field: 'taskIds.1' },
    ]);
    await expect(defer(121)).rejects.toMatchObject({ errors: [{ limit: `≤ ${inMinutes(120).toISOString()}` }] });
    expect(await refusal(defer(0, ['dev-0', 'dev-3']))).toEqual([{ code: 'DEFERRAL_OUT_OF_RANGE', field: 'until' }]);
    expect(await refusal(defer(60, ['dev-0', 'dev-2']))).toEqual([{ code: 'TASK_STATE', field: 'taskIds.1' }]);
    expect(await refusal(parts.core.tasks.defer(operator, ['nothing'], inMinutes(1)))).toEqual([
      { code: 'TASK_UNKNOWN', field: 'taskIds.0' },
    ]);
    expect(await refusal(defer(60, []))).toEqual([{ code: 'REQUIRED', field: 'taskIds' }]);
    expect(await refusal(defer(60, ['dev-0'], spectator))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await refusal(defer(60, ['iotda'], phone('user:a')))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect((await task()).deferral).toBeUndefined();
    expect(await defer(60, ['dev-0', 'dev-1'], phone('user:a'))).toMatchObject([
      { deferral: { by: 'user:a' } },
      { deferral: { times: 1 } },
    ]);
  });

  test('R-TASK-12 not beyond the scheduled end of the batch', async () => {
    const { defer } = await asked({}, { schedule: { startAt: inMinutes(10), endAt: inMinutes(100) } });
    expect(await refusal(defer(101))).toEqual([{ code: 'DEFERRAL_OUT_OF_RANGE', field: 'taskIds.0' }]);
    expect(await defer(100)).toMatchObject([{ status: 'UNCONFIRMED', deferral: { times: 1 } }]);
  });

  test('R-TASK-12 R-BAT-16 an edit of the batch holds for deferrals from then on, and is on its record', async () => {
    const { batchId, task, defer } = await asked();
    await defer(60);
    const edit = (deferral: object) => parts.core.batches.update(operator, batchId, { deferral: { maxTimes: 0, ...deferral } });
    expect((await edit({})).edits).toMatchObject([{ fields: ['deferral'] }]);
    expect((await edit({ maxHours: 168 })).edits).toHaveLength(1);
    expect(await refusal(defer(90))).toEqual([{ code: 'DEFERRAL_LIMIT', field: 'taskIds.0' }]);
    expect((await task()).deferral).toMatchObject({ times: 1, until: inMinutes(60) });
    await edit({ maxTimes: 2 });
    expect(await defer(90)).toMatchObject([{ deferral: { times: 2 } }]);
    expect(await refusal(edit({ maxTimes: 101 }))).toEqual([{ code: 'OUT_OF_RANGE', field: 'deferral.maxTimes' }]);
  });

  test('R-TASK-12 a batch that asks nobody takes no deferrals', async () => {
    const input = {
      packageId: 'package1',
      scope: { kind: 'all' as const },
      policy: { ...POLICY, confirmation: false, deferral: { maxTimes: 1 } },
    };
    expect(await refusal(parts.core.batches.createStatic(operator, input))).toEqual([{ code: 'DEFERRAL_UNUSED', field: 'deferral' }]);
  });
});

describe('R-TASK-12 several decide at once', () => {
  test('R-TASK-12 two phones that say the same time defer once; with other times as often as is left', async () => {
    const { task, defer } = await asked({ deferral: { maxTimes: 2 } });
    const phones = ['user:a', 'user:b', 'user:c', 'user:d'];
    await Promise.all(phones.map((by) => defer(60, ['dev-0'], phone(by))));
    expect((await task()).deferral).toMatchObject({ times: 1, until: inMinutes(60) });
    const both = await Promise.allSettled([defer(70, ['dev-0'], phone('user:a')), defer(80, ['dev-0'], phone('user:b'))]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = both.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(await refusal(Promise.reject(lost.reason))).toEqual([{ code: 'DEFERRAL_LIMIT', field: 'taskIds.0' }]);
    expect((await task()).deferral?.times).toBe(2);
  });

  test.each(['confirm', 'reject'] as const)(
    'R-TASK-12 %s and defer: whichever is later meets what the other has left',
    async (decision) => {
      const { id, task, defer } = await asked();
      for (const name of names) {
        const [deferred, decided] = await Promise.allSettled([defer(60, [name]), parts.core.tasks[decision](operator, [id(name)])]);
        // A deferral does not stop who decides; who defers too late is told.
        expect(decided.status).toBe('fulfilled');
        if (deferred.status === 'rejected')
          expect(await refusal(Promise.reject(deferred.reason))).toEqual([{ code: 'TASK_STATE', field: 'taskIds.0' }]);
        expect((await task(name)).status).toBe(decision === 'confirm' ? 'QUEUED' : 'CANCELED');
      }
    },
  );

  test('R-TASK-12 one that is overtaken keeps nobody from the others of its call', async () => {
    const { id, task } = await asked();
    const write = jest.spyOn(store.collections.tasks, 'updateOne');
    write.mockImplementationOnce(async (...args) => {
      write.mockRestore();
      await parts.core.tasks.reject(operator, [id('dev-0')]);
      return store.collections.tasks.updateOne(...args);
    });
    const both = parts.core.tasks.defer(operator, [id('dev-0'), id('dev-1')], inMinutes(60));
    expect(await refusal(both)).toEqual([{ code: 'TASK_STATE', field: 'taskIds.0' }]);
    expect(await task('dev-1')).toMatchObject({ deferral: { times: 1 } });
  });
});

describe('R-TASK-12 what else ends a deferred task', () => {
  test('R-TASK-12 R-BAT-18 a cancel of its batch, of its device, or of what is unconfirmed', async () => {
    const { batchId, id, task, defer } = await asked();
    await defer(60, ['dev-0', 'dev-1']);
    await parts.batchTasks.cancelSome(batchId, { statuses: ['UNCONFIRMED'], taskIds: [id('dev-0')] }, () => {});
    expect(await task('dev-0')).toMatchObject({ status: 'CANCELED' });
    await parts.batchTasks.cancel(batchId, () => {}, 'CAMPAIGN_WINDOW_CLOSED');
    expect(await task('dev-1')).toMatchObject({ status: 'CANCELED', cause: 'CAMPAIGN_WINDOW_CLOSED' });
    clock.advance(120 * MINUTE);
    expect((await parts.batchTasks.due(batchId, 10)).open).toBe(false);
  });

  test('R-TASK-12 R-BAT-11 a newer batch that overrides, the removal of its device, and its target version', async () => {
    const { task, defer } = await asked();
    await defer(60, ['dev-0', 'dev-1', 'dev-2']);
    await parts.core.devices.delete(operator, ['meter.dev-1']);
    expect((await task('dev-1'))?.active ?? false).toBe(false);
    await parts.core.tasks.report('meter.dev-2', { kind: 'version', module: 'default', version: '2.0.0' });
    expect(await task('dev-2')).toMatchObject({ status: 'SUCCEEDED' });
    await store.collections.packages.insertOne(aPackage({ _id: 'package2', productKey: 'meter', version: '3.0.0', sourceVersions: [] }));
    const newer = await asked({ overridePrevious: true }, { packageId: 'package2' });
    expect(await task('dev-0')).toMatchObject({ status: 'CANCELED', cause: 'OVERWRITTEN_BY_NEWER_TASK' });
    expect(await newer.task('dev-0')).toMatchObject({ status: 'UNCONFIRMED' });
    expect((await newer.task('dev-0')).deferral).toBeUndefined();
  });

  test('R-TASK-12 a pause of its batch changes nothing: it may be deferred, and confirmed, and waits for the batch then', async () => {
    const { batchId, id, task, defer } = await asked();
    await parts.lifecycle.setStatus(batchId, 'PAUSED');
    await defer(60);
    expect(await parts.core.tasks.confirm(operator, [id()])).toMatchObject([{ status: 'QUEUED' }]);
    expect(await parts.core.tasks.requested('meter.dev-0', 'default')).toBeNull();
    expect(await task()).toMatchObject({ deferral: { times: 1 } });
  });
});
