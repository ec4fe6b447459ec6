import { randomUUID } from 'node:crypto';
import type { FailedAttempt } from '../../core/tasks/upgrade-tasks';
import { deviceIdOf, taskIdOf, upgradeWorkflowId } from '../../schema/model/ids';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import type { UpgradeInput, UpgradeReport } from '../../schema/model/task/upgrade';
import { createEngine } from '../../workflows/client';
import type { UpgradeActivities } from '../../workflows/upgrade/activities';
import { saveHistory } from '../support/histories';
import { type TestTemporal, testTemporal } from '../support/temporal';

/** A store of one task, told about by the workflow's activities. */
class RecordedTask implements UpgradeActivities {
  readonly failures: FailedAttempt[] = [];
  readonly timedOut: string[] = [];
  stored = new Map<string, { attempt: number; firstProgressAt: number | null }>();
  failAttempt = async (write: FailedAttempt) => {
    this.failures.push(write);
    const task = this.stored.get(write.taskId);
    if (write.retryAt === null) this.stored.delete(write.taskId);
    else if (task) task.attempt = write.attempt + 1;
    return this.stored.has(write.taskId);
  };
  timeOut = async (taskId: string) => {
    this.timedOut.push(taskId);
    this.stored.delete(taskId);
  };
  checkWait = async () => null;
  readUpgrade = async (taskId: string) => this.stored.get(taskId) ?? null;
}

/** One minute of a policy lasts as long; the engine's own delays are a few of them, so time-outs are given in hundreds. */
const MINUTE_MS = 20;

describe('the upgrade workflow, device-led (R-FLOW-1)', () => {
  let temporal: TestTemporal;
  let engine: ReturnType<typeof createEngine>;
  const activities = new RecordedTask();

  beforeAll(async () => {
    temporal = await testTemporal();
    await temporal.work(activities);
    engine = createEngine({ client: temporal.client, taskQueue: temporal.taskQueue, minuteMs: MINUTE_MS, onWakeFailed: () => {} });
  });
  afterAll(async () => {
    await engine.close();
    await temporal.close();
  });

  function newUpgrade(options: Partial<UpgradeInput> = {}): UpgradeInput {
    const deviceId = deviceIdOf(`pk${randomUUID().slice(0, 8)}`, 'meter-1');
    const batchId = randomUUID();
    const input = {
      taskId: taskIdOf(batchId, deviceId),
      batchId,
      deviceId,
      module: 'default',
      attempt: 1,
      retry: null,
      timeoutMinutes: null,
      firstProgressAt: null,
      minuteMs: MINUTE_MS,
      ...options,
    };
    activities.stored.set(input.taskId, { attempt: input.attempt, firstProgressAt: input.firstProgressAt });
    return input;
  }
  const handleOf = ({ deviceId, module }: UpgradeInput) => temporal.client.workflow.getHandle(upgradeWorkflowId(deviceId, module));
  const progress = (): UpgradeReport => ({ kind: 'progress', at: Date.now() });
  const failed = (attempt: number, cause: FailureCause = 'DOWNLOAD_FAILED'): UpgradeReport => ({
    kind: 'failed',
    attempt,
    cause,
    text: 'step -2',
  });
  /** A write whose workflow task came too late happens again, and changes nothing then. */
  const failuresOf = ({ taskId }: UpgradeInput) => [
    ...new Map(activities.failures.filter((failure) => failure.taskId === taskId).map((failure) => [failure.attempt, failure])).values(),
  ];
  const finished = (upgrade: UpgradeInput) => handleOf(upgrade).result();
  const ended = (upgrade: UpgradeInput) => {
    activities.stored.delete(upgrade.taskId);
    return engine.tellEnded({ _id: upgrade.taskId, deviceId: upgrade.deviceId, module: upgrade.module, attempt: upgrade.attempt });
  };

  test('R-TASK-2 ends when the task has ended in the store, and writes nothing itself', async () => {
    const upgrade = newUpgrade();
    await engine.report(upgrade, progress());
    await ended(upgrade);
    await finished(upgrade);
    expect(failuresOf(upgrade)).toEqual([]);
    await saveHistory(handleOf(upgrade), 'upgrade-link-success');
  });

  test('R-TASK-5 without a retry policy a device-reported failure ends the task', async () => {
    const upgrade = newUpgrade();
    await engine.report(upgrade, failed(1));
    await finished(upgrade);
    expect(failuresOf(upgrade)).toEqual([{ taskId: upgrade.taskId, attempt: 1, cause: 'DOWNLOAD_FAILED', text: 'step -2', retryAt: null }]);
    await saveHistory(handleOf(upgrade), 'upgrade-link-failure');
  });

  test('R-TASK-5 with two retries the third failure is the last; a repeated report counts once', async () => {
    const upgrade = newUpgrade({ retry: { intervalMinutes: 10, maxRetries: 2 } });
    await engine.report(upgrade, progress());
    for (const attempt of [1, 1, 2, 3]) await engine.report(upgrade, failed(attempt));
    await finished(upgrade);
    expect(failuresOf(upgrade).map(({ attempt, retryAt }) => [attempt, retryAt !== null])).toEqual([
      [1, true],
      [2, true],
      [3, false],
    ]);
    await saveHistory(handleOf(upgrade), 'upgrade-link-retries');
  });

  test('R-BAT-21 a task that was re-initiated has all its retries again', async () => {
    const upgrade = newUpgrade({ attempt: 4, firstAttempt: 4, retry: { intervalMinutes: 10, maxRetries: 1 } });
    for (const attempt of [4, 5]) await engine.report(upgrade, failed(attempt));
    await finished(upgrade);
    expect(failuresOf(upgrade).map(({ attempt, retryAt }) => [attempt, retryAt !== null])).toEqual([
      [4, true],
      [5, false],
    ]);
  });

  test('R-TASK-5 the next attempt begins one interval after the failure', async () => {
    const upgrade = newUpgrade({ retry: { intervalMinutes: 30, maxRetries: 1 } });
    const before = Date.now();
    await engine.report(upgrade, failed(1));
    await engine.report(upgrade, failed(2));
    await finished(upgrade);
    const [first] = failuresOf(upgrade);
    expect(first?.retryAt).toBeGreaterThanOrEqual(before + 30 * MINUTE_MS);
  });

  test('R-TASK-4 the time-out runs from the first progress report and is never retried', async () => {
    const upgrade = newUpgrade({ timeoutMinutes: 50, retry: { intervalMinutes: 0, maxRetries: 5 } });
    await engine.report(upgrade, progress());
    await finished(upgrade);
    expect(activities.timedOut).toContain(upgrade.taskId);
    expect(failuresOf(upgrade)).toEqual([]);
    await saveHistory(handleOf(upgrade), 'upgrade-link-timeout');
  });

  test('R-TASK-5 no retry is planned at or after the time-out', async () => {
    const upgrade = newUpgrade({ timeoutMinutes: 500, retry: { intervalMinutes: 1_440, maxRetries: 5 } });
    await engine.report(upgrade, progress());
    await engine.report(upgrade, failed(1));
    await finished(upgrade);
    expect(failuresOf(upgrade).map(({ retryAt }) => retryAt)).toEqual([null]);
  });

  test('a lost report costs time, never a task: a silent upgrade finds in the store that its task has ended', async () => {
    const upgrade = newUpgrade();
    await engine.report(upgrade, progress());
    activities.stored.delete(upgrade.taskId);
    await finished(upgrade);
    expect(activities.timedOut).not.toContain(upgrade.taskId);
  });

  test("R-BAT-8 the device's next task takes the place of one that has ended, in the same workflow", async () => {
    const first = newUpgrade();
    await engine.report(first, progress());
    activities.stored.delete(first.taskId);
    const batchId = randomUUID();
    const next = { ...first, batchId, taskId: taskIdOf(batchId, first.deviceId) };
    activities.stored.set(next.taskId, { attempt: 1, firstProgressAt: null });
    await engine.report(next, progress());
    await engine.report(next, failed(1));
    await finished(next);
    expect(failuresOf(next)).toHaveLength(1);
    expect(failuresOf(first)).toEqual([]);
  });

  test('a late report of an earlier task does not disturb the running one', async () => {
    const earlier = newUpgrade();
    activities.stored.delete(earlier.taskId);
    const batchId = randomUUID();
    const running = { ...earlier, batchId, taskId: taskIdOf(batchId, earlier.deviceId) };
    activities.stored.set(running.taskId, { attempt: 1, firstProgressAt: null });
    await engine.report(running, progress());
    await engine.report(earlier, failed(1));
    await engine.report(running, failed(1, 'FIRMWARE_UPDATE_FAILED'));
    await finished(running);
    expect(failuresOf(running).map(({ cause }) => cause)).toEqual(['FIRMWARE_UPDATE_FAILED']);
    expect(failuresOf(earlier)).toEqual([]);
  });
});
