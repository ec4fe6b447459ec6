import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import type { FailedAttempt } from '../../core/tasks/upgrade-tasks';
import { batchWorkflowId, deviceIdOf, gatewayQueue, taskIdOf, upgradeWorkflowId } from '../../schema/model/ids';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import type { UpgradeInput } from '../../schema/model/task/upgrade';
import { createEngine } from '../../workflows/client';
import type { UpgradeActivities } from '../../workflows/upgrade/activities';
import { saveHistory } from '../support/histories';
import { RecordedBatch } from '../support/recorded-batch';
import { type TestTemporal, testTemporal } from '../support/temporal';

const MINUTE_MS = 20;

/** A store of tasks that wait so long from the first look at them, or for nothing. */
class RecordedWaits implements UpgradeActivities {
  readonly failures: FailedAttempt[] = [];
  readonly timedOut: string[] = [];
  readonly looks: { taskId: string; attempt: number; retryAt: number | null }[] = [];
  readonly waitMs = new Map<string, number>();
  readonly until = new Map<string, number>();
  checkWait = async (look: { taskId: string; attempt: number; retryAt: number | null }) => {
    this.looks.push(look);
    const waitMs = this.waitMs.get(look.taskId);
    if (waitMs === undefined) return null;
    // Not from a time that a workflow which starts late has missed.
    const until = this.until.get(look.taskId) ?? Date.now() + waitMs;
    this.until.set(look.taskId, until);
    return until > Date.now() ? { until, firstProgressAt: null } : null;
  };
  failAttempt = async (write: FailedAttempt) => this.failures.push(write) > 0;
  timeOut = async (taskId: string) => void this.timedOut.push(taskId);
  readUpgrade = async () => null;
}

describe('the upgrade workflow, platform-led (R-FLOW-2)', () => {
  let temporal: TestTemporal;
  let engine: ReturnType<typeof createEngine>;
  const store = new RecordedWaits();
  beforeAll(async () => {
    temporal = await testTemporal();
    await temporal.work(store);
    engine = createEngine({ client: temporal.client, taskQueue: temporal.taskQueue, minuteMs: MINUTE_MS, onWakeFailed: () => {} });
  });
  afterAll(async () => {
    await engine.close();
    await temporal.close();
  });

  function newUpgrade(options: Partial<UpgradeInput> = {}): UpgradeInput {
    const deviceId = deviceIdOf(`pk${randomUUID().slice(0, 8)}`, 'meter-1');
    const batchId = randomUUID();
    return {
      ...{ taskId: taskIdOf(batchId, deviceId), batchId, deviceId, module: 'default', attempt: 1, retry: null, timeoutMinutes: null },
      ...{ firstProgressAt: null, minuteMs: MINUTE_MS, dialect: 'IOTDA', versionMinutes: 50, ...options },
    };
  }
  const handleOf = ({ deviceId, module }: UpgradeInput) => temporal.client.workflow.getHandle(upgradeWorkflowId(deviceId, module));
  const start = (upgrade: UpgradeInput) => engine.report(upgrade, { kind: 'check', attempt: upgrade.attempt });
  const failed = (upgrade: UpgradeInput, attempt: number, cause: FailureCause = 'LOW_BATTERY') =>
    engine.report(upgrade, { kind: 'failed', attempt, cause, text: 'code 4' });
  const looksAt = ({ taskId }: UpgradeInput) => store.looks.filter((look) => look.taskId === taskId);
  /** A write whose workflow task came too late happens again, and changes nothing then. */
  const failuresOf = ({ taskId }: UpgradeInput) => [
    ...new Map(store.failures.filter((failure) => failure.taskId === taskId).map((failure) => [failure.attempt, failure])).values(),
  ];
  const ended = ({ taskId, deviceId, module, attempt }: UpgradeInput) => engine.tellEnded({ _id: taskId, deviceId, module, attempt });

  test('R-TASK-2 a device that does what it is told costs no activity at all', async () => {
    const upgrade = newUpgrade({ versionMinutes: 5_000 });
    await start(upgrade);
    await ended(upgrade);
    await handleOf(upgrade).result();
    expect([looksAt(upgrade), failuresOf(upgrade)]).toEqual([[], []]);
    await saveHistory(handleOf(upgrade), 'upgrade-iotda-success');
  });

  test('R-TASK-10 it looks when the answer is overdue, waits on as long as the store says, and then no longer', async () => {
    const upgrade = newUpgrade({ retry: { intervalMinutes: 10, maxRetries: 1 } });
    const before = Date.now();
    store.waitMs.set(upgrade.taskId, 1_000);
    await start(upgrade);
    await handleOf(upgrade).result();
    const looks = looksAt(upgrade);
    expect(looks.length).toBeGreaterThanOrEqual(2);
    expect(looks.every(({ retryAt }) => retryAt !== null && retryAt >= before + 10 * MINUTE_MS)).toBe(true);
    expect(Date.now()).toBeGreaterThanOrEqual(store.until.get(upgrade.taskId) ?? Number.POSITIVE_INFINITY);
    await saveHistory(handleOf(upgrade), 'upgrade-iotda-overdue');
  });

  test('R-TASK-5 a failure ends the attempt and the workflow; the next attempt waits as a document', async () => {
    const upgrade = newUpgrade({ retry: { intervalMinutes: 30, maxRetries: 1 } });
    const before = Date.now();
    await failed(upgrade, 1);
    await handleOf(upgrade).result();
    expect(failuresOf(upgrade)).toMatchObject([{ attempt: 1, cause: 'LOW_BATTERY', text: 'code 4' }]);
    expect(failuresOf(upgrade)[0]?.retryAt).toBeGreaterThanOrEqual(before + 30 * MINUTE_MS);
    const next = { ...upgrade, attempt: 2 };
    await failed(next, 2, 'SOURCE_VERSION_NOT_ELIGIBLE');
    await handleOf(upgrade).result();
    expect(failuresOf(upgrade)[1]).toMatchObject({ attempt: 2, retryAt: null });
    await saveHistory(handleOf(upgrade), 'upgrade-iotda-failure');
  });

  test('a report of an attempt that is over counts for nothing', async () => {
    const upgrade = newUpgrade({ attempt: 2, firstAttempt: 1 });
    await failed(upgrade, 1);
    await ended(upgrade);
    await handleOf(upgrade).result();
    expect(failuresOf(upgrade)).toEqual([]);
  });

  test('an attempt that begins while the one before it is being ended goes on in the same workflow', async () => {
    const upgrade = newUpgrade({ retry: { intervalMinutes: 0, maxRetries: 5 } });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { failAttempt } = store;
    store.failAttempt = async (write) => {
      await held;
      return failAttempt(write);
    };
    await failed(upgrade, 1);
    await start({ ...upgrade, attempt: 2 });
    release();
    store.failAttempt = failAttempt;
    await failed({ ...upgrade, attempt: 2 }, 2);
    await handleOf(upgrade).result();
    expect(failuresOf(upgrade).map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test('R-TASK-4 the time-out of the batch runs from the first progress, and is never retried', async () => {
    const upgrade = newUpgrade({ timeoutMinutes: 50, versionMinutes: 5_000, retry: { intervalMinutes: 0, maxRetries: 5 } });
    await engine.report(upgrade, { kind: 'progress', at: Date.now() });
    await handleOf(upgrade).result();
    expect(store.timedOut).toContain(upgrade.taskId);
    await saveHistory(handleOf(upgrade), 'upgrade-iotda-timeout');
  });

  test("R-BAT-8 the device's next task takes the place of one that waits for nothing any more", async () => {
    const first = newUpgrade({ versionMinutes: 5_000 });
    await start(first);
    const batchId = randomUUID();
    const next = { ...first, batchId, taskId: taskIdOf(batchId, first.deviceId), versionMinutes: 50 };
    await start(next);
    await handleOf(next).result();
    expect(looksAt(first).length).toBeGreaterThanOrEqual(1);
    expect(looksAt(next).length).toBeGreaterThanOrEqual(1);
    expect(failuresOf(first)).toEqual([]);
  });

  test("R-FLOW-2 a message of the device's next task is dropped when that one has ended already: no other run waits for nothing", async () => {
    const first = newUpgrade({ versionMinutes: 5_000 });
    await start(first);
    const batchId = randomUUID();
    const next = { ...first, batchId, taskId: taskIdOf(batchId, first.deviceId) };
    await ended(next);
    await start(next);
    await ended(first);
    await handleOf(first).result();
    expect(looksAt(next)).toEqual([]);
    await saveHistory(handleOf(first), 'upgrade-iotda-mail-dropped');
  });
});

describe('the batch and its platform-led upgrades (R-FLOW-2, R-FLOW-7)', () => {
  test.each([
    ['a few', 3],
    ['so many that it makes room for another run', 60],
  ])(
    'R-FLOW-7 starts a workflow for each that has none, before their devices are asked, and they go on without it: %s',
    async (_, count) => {
      const temporal = await testTemporal();
      const world = new RecordedBatch(`gw-${randomUUID()}`, ['link-task']);
      const store = new RecordedWaits();
      const batchId = randomUUID();
      const inputs = Array.from({ length: count }, (_, index): UpgradeInput => {
        const deviceId = deviceIdOf(`pk${batchId.slice(0, 8)}`, `meter-${index}`);
        return {
          ...{ taskId: taskIdOf(batchId, deviceId), batchId, deviceId, module: 'default', attempt: 1, retry: null, timeoutMinutes: null },
          ...{ firstProgressAt: null, minuteMs: 60_000, dialect: 'IOTDA', versionMinutes: 3 },
        };
      });
      const asked = inputs.map(({ taskId }) => taskId);
      const running = async () =>
        Promise.all(
          inputs.map(
            async ({ deviceId }) =>
              (await temporal.client.workflow.getHandle(upgradeWorkflowId(deviceId, 'default')).describe()).status.name,
          ),
        );
      let firstRun = '';
      const handle = temporal.client.workflow.getHandle(batchWorkflowId(batchId));
      const findDueTasks = async () => {
        const rounds = world.pushes.length;
        if (rounds === 2) return { groups: [], nextDueAt: null, open: false };
        // In the second round the upgrades run already, as after a crash of the batch.
        return {
          groups: [{ gatewayId: world.gatewayId, taskIds: rounds === 0 ? ['link-task'] : [], asked, starting: inputs }],
          nextDueAt: null,
          open: true,
        };
      };
      const offerTasks = async (share: Parameters<typeof world.offerTasks>[0]) => {
        if (world.pushes.length === 0) firstRun = (await handle.describe()).runId;
        return world.offerTasks(share);
      };
      await temporal.work({ ...world, findDueTasks, ...store });
      const gateway = await Worker.create({
        connection: temporal.connection,
        taskQueue: gatewayQueue(world.gatewayId),
        activities: { offerTasks },
        shutdownGraceTime: '1s',
      });
      const gatewayDone = gateway.run();
      const engine = createEngine({ client: temporal.client, taskQueue: temporal.taskQueue, minuteMs: 60_000, onWakeFailed: () => {} });
      await engine.startBatch(batchId);
      await handle.result();
      expect(world.pushes).toMatchObject([
        { taskIds: ['link-task'], asked },
        { taskIds: [], asked },
      ]);
      expect(await running()).toEqual(Array(count).fill('RUNNING'));
      const { raw } = await temporal.client.workflow.getHandle(upgradeWorkflowId(inputs[0]?.deviceId ?? '', 'default')).describe();
      expect(raw.workflowExecutionInfo?.parentExecution?.workflowId).toBe(batchWorkflowId(batchId));
      for (const { taskId, deviceId, module, attempt } of inputs) await engine.tellEnded({ _id: taskId, deviceId, module, attempt });
      // Children that end tell the run that started them, so it makes room for another in time.
      expect((await handle.describe()).runId === firstRun).toBe(count === 3);
      if (count === 3) await saveHistory(handle, 'batch-iotda');
      await engine.close();
      gateway.shutdown();
      await gatewayDone;
      await temporal.close();
    },
  );
});
