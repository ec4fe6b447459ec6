import { createPush } from '../../../core/push/push';
import { onVersionAnswer } from '../../../core/reports/negotiate';
import { createBatchTasks } from '../../../core/tasks/batch-tasks';
import { endDocumentWaits } from '../../../core/tasks/document-waits';
import { createUpgradeTasks } from '../../../core/tasks/upgrade-tasks';
import { newNegotiation } from '../../../schema/model/task/negotiation';
import type { Task } from '../../../schema/model/task/task';
import { anAnsweredTask, anIotdaTask, aPackage, aQueriedTask, aTask, theFacts } from '../../support/builders';
import { type FaultyCore, faultyCore } from '../../support/faulty-core';

const HOUR = 3_600_000;
const EPOCH = new Date('2026-01-01T00:00:00Z');
const LATER = new Date(EPOCH.getTime() + 30 * HOUR);
const first = (core: FaultyCore): Task => core.tasks.all()[0] ?? aTask();

/** The answer of the device, as core/tasks/service.ts takes it: about the task that is active when it comes. */
async function answer(core: FaultyCore, version: string) {
  core.pacers.take('batch1', 1, 0);
  const task = await core.tasks.activeOf(first(core).deviceId, 'default');
  return task && onVersionAnswer(core, task, version);
}

describe('R-FLOW-2 the answer to a version query', () => {
  test('R-FLOW-2 another version gets the notification, with a token beside its address', async () => {
    const core = faultyCore([aQueriedTask()]);
    const notification = await answer(core, '1.0.0');
    expect(notification).toMatchObject({
      version: '2.0.0',
      files: [{ name: 'fw.bin', access: { token: '0'.repeat(64), lifeSeconds: 86_400 } }],
    });
    expect(first(core)).toMatchObject({ status: 'NOTIFIED', sourceVersion: '1.0.0' });
  });

  test('R-FLOW-2 a product whose devices want it gets addresses that open by themselves', async () => {
    const core = faultyCore([aQueriedTask()], theFacts({}, { selfSignedUrls: true }));
    expect(await answer(core, '1.0.0')).toMatchObject({ files: [{ access: { token: null } }] });
  });

  test.each([
    ['R-TASK-3 the target', aQueriedTask(), '2.0.0', { status: 'SUCCEEDED', notifiedAt: null }],
    ['R-FLOW-2 nobody asked for', anIotdaTask(), '1.0.0', { status: 'QUEUED', negotiation: { begunAt: null } }],
    ['R-TASK-2 the target while it is at work', anAnsweredTask(), '2.0.0', { status: 'SUCCEEDED' }],
  ])('%s: no notification', async (_, task, version, outcome) => {
    const core = faultyCore([task]);
    await expect(answer(core, version)).resolves.toBeNull();
    expect(first(core)).toMatchObject(outcome);
  });

  test('R-PKG-6 a version that the package does not upgrade from ends the task, and its upgrade is told', async () => {
    const core = faultyCore([aQueriedTask()], theFacts({}, { package: aPackage({ sourceVersions: ['1.5.0'] }) }));
    await expect(answer(core, '1.0.0')).resolves.toBeNull();
    expect(first(core)).toMatchObject({ status: 'FAILED', cause: 'SOURCE_VERSION_NOT_ELIGIBLE', causeText: '1.0.0' });
    expect(core.told()).toEqual([`ended ${first(core)._id}`, 'wake batch1']);
  });

  test.each([
    ['asked', aQueriedTask()],
    ['unasked', anIotdaTask()],
    ['between attempts', aQueriedTask({ status: 'IN_PROGRESS', attempt: 2, retryAt: EPOCH })],
  ])(
    'R-TASK-5 R-BAT-5 a new version, %s, is the source where package and batch upgrade from it, and ends the task elsewhere',
    async (_, task) => {
      const eligible = faultyCore([{ ...task }]);
      await answer(eligible, '1.5.0');
      expect(first(eligible)).toMatchObject({ active: true, sourceVersion: '1.5.0', attempt: task.attempt });
      const narrowed = faultyCore([{ ...task }]);
      narrowed.sourcesOf = async () => ['1.0.0'];
      await expect(answer(narrowed, '1.5.0')).resolves.toBeNull();
      expect(first(narrowed)).toMatchObject({ status: 'FAILED', cause: 'SOURCE_VERSION_NOT_ELIGIBLE', causeText: '1.5.0' });
      const kept = faultyCore([{ ...task }]);
      kept.sourcesOf = async () => ['9.9.9'];
      await answer(kept, '1.0.0');
      expect(first(kept)).toMatchObject({ active: true, sourceVersion: '1.0.0' });
    },
  );

  const backAfter = (fields: Partial<Task>, negotiation: Partial<Task['negotiation']> = {}) => {
    const task = anAnsweredTask({ status: 'IN_PROGRESS', reacted: true, cameBack: true, ...fields });
    return { ...task, negotiation: { ...newNegotiation(1), begunAt: EPOCH, queriedAt: EPOCH, ...negotiation } };
  };

  test('R-TASK-11 the old version before a result is a restart: it is notified again, which counts', async () => {
    const core = faultyCore([backAfter({ progress: 60 })]);
    await expect(answer(core, '1.0.0')).resolves.toMatchObject({ version: '2.0.0' });
    expect(first(core)).toMatchObject({ attempt: 1, notifications: 2, renotifications: 1, cameBack: false });
  });

  test('R-TASK-5 the old version over another connection after "downloaded" is a failure; over the same it is noted', async () => {
    const back = faultyCore([backAfter({ progress: 100, downloaded: true }, { returned: true, heard: true })]);
    await expect(answer(back, '1.0.0')).resolves.toBeNull();
    expect(back.told()).toEqual([`failed ${first(back)._id} attempt 1`]);
    const here = faultyCore([backAfter({ progress: 100, downloaded: true }, { heard: true })]);
    await expect(answer(here, '1.0.0')).resolves.toBeNull();
    expect(here.told()).toEqual([]);
  });

  test('R-TASK-11 beyond the limit the attempt fails instead', async () => {
    const core = faultyCore([backAfter({ progress: 60, renotifications: 10 })]);
    const reports: unknown[] = [];
    core.engine.report = async (_, report) => void reports.push(report);
    await expect(answer(core, '1.0.0')).resolves.toBeNull();
    expect(reports).toMatchObject([{ kind: 'failed', attempt: 1, cause: 'NOTIFICATION_LIMIT' }]);
    expect(first(core)).toMatchObject({ notifications: 1, renotifications: 10 });
  });

  test('R-PKG-10 a package of several files is none for these devices', async () => {
    const [file] = aPackage().files;
    const core = faultyCore([aQueriedTask()], theFacts({}, { package: aPackage({ files: file ? [file, file] : [] }) }));
    await expect(answer(core, '1.0.0')).resolves.toBeNull();
    expect(first(core)).toMatchObject({ status: 'FAILED', cause: 'UNSUPPORTED_PACKAGE_TYPE' });
  });

  test('R-TASK-5 neither the old nor the new version after a notification fails the attempt', async () => {
    const core = faultyCore([anAnsweredTask()]);
    await expect(answer(core, '9.9.9')).resolves.toBeNull();
    expect(core.told()).toEqual([`failed ${first(core)._id} attempt 1`]);
  });

  test('R-BAT-24 R-RATE-1 with the batch paused, or without a send time, it is asked again in its turn', async () => {
    const paused = faultyCore([aQueriedTask()]);
    paused.running = false;
    const slotless = faultyCore([aQueriedTask()]);
    slotless.pacers = { ...slotless.pacers, takeOne: async () => false };
    for (const core of [paused, slotless]) {
      await expect(answer(core, '1.0.0')).resolves.toBeNull();
      expect(first(core)).toMatchObject({ status: 'QUEUED', offerAt: core.now, negotiation: { queriedAt: null } });
      expect(core.told()).toEqual(['wake batch1']);
    }
  });

  test.each(['fails', 'repeats'] as const)('each of its calls %s once: it is notified once, by the answer or its repeat', async (fault) => {
    const clean = faultyCore([aQueriedTask({ deviceName: 'meter-1' })]);
    await answer(clean, '1.0.0');
    for (let number = 1; number <= clean.calls; number += 1) {
      const core = faultyCore([aQueriedTask({ deviceName: 'meter-1' })]);
      core.breakCall(number, fault);
      await expect(answer(core, '1.0.0')).rejects.toThrow('was told to');
      await answer(core, '1.0.0');
      expect(first(core)).toMatchObject({ status: 'NOTIFIED', notifications: 1, transitions: [{ to: 'NOTIFIED' }] });
    }
  });
});

describe('R-FLOW-2 the batch and its platform-led tasks', () => {
  test('R-FLOW-7 R-RATE-1 Link devices are notified and IoTDA devices asked, each at the pace', async () => {
    const core = faultyCore([aTask(), anIotdaTask(), anIotdaTask()]);
    const [link, ...asked] = core.tasks.all();
    const share = { batchId: 'batch1', taskIds: [link?._id ?? ''], asked: asked.map(({ _id }) => _id), intervalMs: 1 };
    await expect(createPush(core, core.link)(share)).resolves.toBe(3);
    expect([core.notified, core.queried]).toEqual([[link?.deviceId], asked.map(({ deviceId }) => deviceId)]);
    expect(core.tasks.all()).toMatchObject([{ status: 'NOTIFIED' }, { status: 'QUEUED' }, { status: 'QUEUED' }]);
    await createPush(core, core.link)(share);
    expect(core.queried).toHaveLength(2);
  });

  test('R-TASK-7 a device that goes while it is asked waits for its return', async () => {
    const core = faultyCore([anIotdaTask()]);
    core.link.queryVersion = async () => false;
    const share = { batchId: 'batch1', taskIds: [], asked: [first(core)._id], intervalMs: 1 };
    await expect(createPush(core, core.link)(share)).resolves.toBe(0);
    expect(first(core)).toMatchObject({ reachable: false, negotiation: { queriedAt: null } });
  });

  test('only those without a workflow are started; those asked before are asked again', async () => {
    const asked = { ...aQueriedTask(), offerAt: EPOCH };
    const core = faultyCore([aTask(), anIotdaTask(), asked]);
    const { due } = createBatchTasks({ ...core, statusOf: async () => 'RUNNING', resetGateway: async () => {} });
    const [group, ...none] = (await due('batch1', 10)).groups;
    expect(none).toEqual([]);
    expect([group?.taskIds.length, group?.asked?.length]).toEqual([1, 2]);
    expect(group?.starting).toMatchObject([{ dialect: 'IOTDA', versionMinutes: 3, attempt: 1 }]);
  });

  const away = (fields: Partial<Task> = {}) => anIotdaTask({ reachable: false, gatewayId: null, deviceName: 'meter-1', ...fields });

  test('R-TASK-10 R-TASK-5 who is off-line for too long fails, or gets another attempt; the batch knows when to look', async () => {
    const waiting = faultyCore([away()]);
    await expect(endDocumentWaits(waiting, 'batch1')).resolves.toEqual(new Date(EPOCH.getTime() + 25 * HOUR));
    const over = faultyCore([away()]);
    over.now = LATER;
    await expect(endDocumentWaits(over, 'batch1')).resolves.toEqual(LATER);
    expect(first(over)).toMatchObject({ status: 'FAILED', cause: 'WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT' });
    const retried = faultyCore([away()], theFacts({ retry: { intervalMinutes: 60, maxRetries: 1 } }));
    retried.now = LATER;
    await endDocumentWaits(retried, 'batch1');
    expect(first(retried)).toMatchObject({ status: 'QUEUED', attempt: 2, retryAt: new Date(LATER.getTime() + HOUR) });
  });

  test.each(['fails', 'repeats'] as const)('each call of it %s once: it ends as without', async (fault) => {
    const run = async (core: FaultyCore) => {
      core.now = LATER;
      await endDocumentWaits(core, 'batch1');
    };
    const clean = faultyCore([away()]);
    await run(clean);
    for (let number = 1; number <= clean.calls; number += 1) {
      const core = faultyCore([away()]);
      core.breakCall(number, fault);
      await run(core).catch(() => run(core));
      expect(first(core)).toMatchObject({ status: 'FAILED', attempts: { length: 1 } });
    }
  });

  const look = (core: FaultyCore) => createUpgradeTasks(core).checkWait({ taskId: first(core)._id, attempt: 1, retryAt: null });

  test('R-TASK-10 a look ends what is overdue, says how long there is left, and stops where nothing is waited for', async () => {
    await expect(look(faultyCore([aQueriedTask()]))).resolves.toEqual({ until: EPOCH.getTime() + 180_000, firstProgressAt: null });
    await expect(look(faultyCore([anIotdaTask()]))).resolves.toBeNull();
    await expect(look(faultyCore([aQueriedTask({ attempt: 2 })]))).resolves.toBeNull();
    const overdue = faultyCore([anAnsweredTask()]);
    overdue.now = LATER;
    await expect(look(overdue)).resolves.toBeNull();
    expect(first(overdue)).toMatchObject({ status: 'FAILED', cause: 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT' });
    expect(overdue.told()).toEqual(['wake batch1']);
  });

  test('an answer that comes between the look and its write is heard', async () => {
    const core = faultyCore([aQueriedTask()]);
    core.now = new Date(EPOCH.getTime() + 180_000);
    const { write } = core.tasks;
    core.tasks.write = async (writes) => {
      core.tasks.write = write;
      const [{ task } = { task: first(core) }] = writes;
      const negotiation = { ...newNegotiation(1), begunAt: core.now };
      const set = { status: 'NOTIFIED' as const, notifiedAt: core.now, negotiation };
      await write([{ task, change: { set, transition: null, attemptLog: null } }]);
      return write(writes);
    };
    await expect(look(core)).resolves.toMatchObject({ until: core.now.getTime() + 24 * HOUR });
    expect(first(core).status).toBe('NOTIFIED');
  });
});
