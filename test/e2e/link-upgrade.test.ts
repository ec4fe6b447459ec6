import type { Task } from '../../schema/model/task/task';
import {
  disconnectsAt,
  failsWith,
  neverReportsVersion,
  offlineUntil,
  reportsTwice,
  silent,
  stallsAt,
  staysOnSourceVersion,
  wrongVersion,
} from '../support/devices/behaviours';
import { patience, slowness } from '../support/devices/patience';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

/** A policy's minute, so that a retry after ten takes a second. */
const MINUTE_MS = Math.round(100 * slowness());

describe('Link devices upgraded over real MQTT, MongoDB and Temporal (R-FLOW-1)', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    // Who is pushed to before its version is heard is pushed to once more.
    updraft = await startUpdraft({ UPDRAFT_MINUTE_MS: String(MINUTE_MS), UPDRAFT_SETTLE_MS: `${Math.round(patience(1_000))}` });
  });
  afterAll(() => updraft.stop());

  let target = 2;
  const nextPackage = () => updraft.package(`${target++}.0.0`);
  const only = (deviceNames: string[]) => ({ scope: { kind: 'targeted' as const, deviceNames } });
  const taskOf = async (batch: { _id: string }, deviceName: string): Promise<Task> => {
    const task = await updraft.core.tasks.get(`${batch._id}.${updraft.productKey}.${deviceName}`);
    if (task === null) throw new Error(`no task of ${deviceName}`);
    return task;
  };

  test('R-BAT-1 R-BAT-2 R-TASK-1 R-TASK-2 every device of the batch is upgraded, and each step is recorded', async () => {
    const fleet = await updraft.fleet(Array.from({ length: 20 }, (_, index) => ({ deviceName: `plain-${index}` })));
    const batch = await updraft.push(await nextPackage());
    const ends = await updraft.settled(batch);
    expect(Object.values(ends)).toEqual(Array(20).fill('SUCCEEDED'));
    expect(fleet.stats().byVersion).toEqual({ '2.0.0': 20 });
    expect(await updraft.core.batches.counts(batch._id)).toMatchObject({ SUCCEEDED: 20, QUEUED: 0, FAILED: 0 });
    const task = await taskOf(batch, 'plain-0');
    expect(task.transitions.map(({ from, to }) => [from, to])).toEqual([
      ['QUEUED', 'NOTIFIED'],
      ['NOTIFIED', 'IN_PROGRESS'],
      ['IN_PROGRESS', 'SUCCEEDED'],
    ]);
    expect(task.notifications).toBe(1);
    const device = await updraft.core.devices.get(task.deviceId);
    expect(device).toMatchObject({ online: true, modules: { default: { version: '2.0.0' } } });
    await fleet.stop();
  });

  test('R-TASK-3 a device at the target already succeeds without a push', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'current', version: '7.7.7' }]);
    await updraft.until(async () => (await updraft.core.devices.get(`${updraft.productKey}.current`))?.modules.default);
    const batch = await updraft.push(await updraft.package('7.7.7'), {}, only(['current']));
    expect(await updraft.settled(batch)).toEqual({ current: 'SUCCEEDED' });
    expect(fleet.stats().notifications).toBe(0);
  });

  test('R-TASK-7 an off-line device is pushed when it comes on-line', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'away', behaviours: [offlineUntil('told')] }]);
    const batch = await updraft.push(await nextPackage(), {}, only(['away']));
    await updraft.until(async () => (await updraft.core.batches.get(batch._id))?.selection);
    expect(await taskOf(batch, 'away')).toMatchObject({ status: 'QUEUED', reachable: false });
    await fleet.comeOnline();
    expect(await updraft.settled(batch)).toEqual({ away: 'SUCCEEDED' });
  });

  test.each([
    [-1, 'FIRMWARE_UPDATE_FAILED'],
    [-2, 'DOWNLOAD_FAILED'],
    [-3, 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE'],
    [-4, 'PACKAGE_INSTALLATION_FAILURE'],
  ] as const)('R-TASK-5 step %i without a retry fails the task with %s', async (step, cause) => {
    const name = `fails${step}`;
    await updraft.fleet([{ deviceName: name, behaviours: [failsWith(step)] }]);
    const batch = await updraft.push(await nextPackage(), {}, only([name]));
    expect(await updraft.settled(batch)).toEqual({ [name]: 'FAILED' });
    expect(await taskOf(batch, name)).toMatchObject({ cause, attempt: 1 });
  });

  test('R-TASK-5 R-TASK-6 a device that fails twice succeeds in its third attempt, its status never going back', async () => {
    await updraft.fleet([{ deviceName: 'stubborn', behaviours: [failsWith(-3, { times: 2 })] }]);
    const batch = await updraft.push(await nextPackage(), { retry: { intervalMinutes: 10, maxRetries: 2 } }, only(['stubborn']));
    expect(await updraft.settled(batch)).toEqual({ stubborn: 'SUCCEEDED' });
    const task = await taskOf(batch, 'stubborn');
    expect(task.attempt).toBe(3);
    expect(task.attempts.map(({ number, cause }) => [number, cause])).toEqual([
      [1, 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE'],
      [2, 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE'],
    ]);
    // Two ends of attempts and two begins are among them.
    expect(task.transitions.map(({ to }) => to)).toEqual(['NOTIFIED', ...Array(5).fill('IN_PROGRESS'), 'SUCCEEDED']);
  });

  test('R-TASK-5 retries end: the third failure of two retries is the last', async () => {
    await updraft.fleet([{ deviceName: 'hopeless', behaviours: [failsWith(-1)] }]);
    const batch = await updraft.push(await nextPackage(), { retry: { intervalMinutes: 0, maxRetries: 2 } }, only(['hopeless']));
    expect(await updraft.settled(batch)).toEqual({ hopeless: 'FAILED' });
    const { transitions, ...task } = await taskOf(batch, 'hopeless');
    expect(task).toMatchObject({ attempt: 3, cause: 'FIRMWARE_UPDATE_FAILED', attempts: { length: 3 } });
    const cause = 'FIRMWARE_UPDATE_FAILED';
    expect(transitions.map((each) => [each.attempt, each.from, each.to, each.cause])).toEqual([
      [1, 'QUEUED', 'NOTIFIED', null],
      [1, 'NOTIFIED', 'IN_PROGRESS', null],
      [1, 'IN_PROGRESS', 'IN_PROGRESS', cause],
      [2, 'IN_PROGRESS', 'IN_PROGRESS', null],
      [2, 'IN_PROGRESS', 'IN_PROGRESS', cause],
      [3, 'IN_PROGRESS', 'IN_PROGRESS', null],
      [3, 'IN_PROGRESS', 'FAILED', cause],
    ]);
  });

  test('R-TASK-2 R-TASK-4 100 % alone never succeeds: without the version the time-out ends it, unretried', async () => {
    await updraft.fleet([
      { deviceName: 'mute', behaviours: [neverReportsVersion()] },
      { deviceName: 'stuck', behaviours: [stallsAt(30)] },
    ]);
    const policy = { timeoutMinutes: 15, retry: { intervalMinutes: 10, maxRetries: 5 } };
    const batch = await updraft.push(await nextPackage(), policy, only(['mute', 'stuck']));
    expect(await updraft.settled(batch)).toEqual({ mute: 'FAILED', stuck: 'FAILED' });
    for (const name of ['mute', 'stuck']) expect(await taskOf(batch, name)).toMatchObject({ cause: 'DEVICE_UPGRADE_TIMEOUT', attempt: 1 });
  });

  test('R-TASK-4 the time-out runs from the first progress report, whatever reconnects follow', async () => {
    const fleet = await updraft.fleet([
      { deviceName: 'flapping', behaviours: [disconnectsAt('progress', { forMs: 8 * MINUTE_MS, times: 'always' })] },
    ]);
    const batch = await updraft.push(await nextPackage(), { timeoutMinutes: 60 }, only(['flapping']));
    expect(await updraft.settled(batch)).toEqual({ flapping: 'FAILED' });
    const task = await taskOf(batch, 'flapping');
    expect(task.cause).toBe('DEVICE_UPGRADE_TIMEOUT');
    expect(Number(task.deadlineAt)).toBe(Number(task.firstProgressAt) + 60 * MINUTE_MS);
    expect(Number(task.endedAt)).toBeGreaterThanOrEqual(Number(task.deadlineAt));
    expect(fleet.stats().notifications).toBeGreaterThan(1);
  });

  test('R-TASK-11 who restarts in the middle of its download without end is notified again ten times', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'restless', behaviours: [disconnectsAt('progress', { times: 'always' })] }]);
    const batch = await updraft.push(await nextPackage(), {}, only(['restless']));
    expect(await updraft.settled(batch)).toEqual({ restless: 'FAILED' });
    expect(await taskOf(batch, 'restless')).toMatchObject({ cause: 'NOTIFICATION_LIMIT', attempt: 1, renotifications: 10 });
    expect(fleet.stats().notifications).toBeLessThanOrEqual(11);
  });

  test('R-TASK-5 who has its old version again after 100 % has failed, and is upgraded by its retry', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'falls-back', behaviours: [staysOnSourceVersion({ times: 1 })] }]);
    const batch = await updraft.push(await nextPackage(), { retry: { intervalMinutes: 0, maxRetries: 1 } }, only(['falls-back']));
    expect(await updraft.settled(batch)).toEqual({ 'falls-back': 'SUCCEEDED' });
    const { attempt, attempts } = await taskOf(batch, 'falls-back');
    expect([attempt, attempts]).toMatchObject([2, [{ cause: 'UNEXPECTED_VERSION_REPORTED', text: '1.0.0' }]]);
    expect(fleet.stats().notifications).toBe(2);
  });

  test('R-TASK-5 who comes on-line with another version than it was chosen with is upgraded from that one', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'updated', version: '1.5.0', behaviours: [offlineUntil('told')] }]);
    await updraft.core.tasks.report(`${updraft.productKey}.updated`, { kind: 'version', module: 'default', version: '1.0.0' });
    const batch = await updraft.push(await nextPackage(), {}, only(['updated']));
    await updraft.until(async () => (await updraft.core.batches.get(batch._id))?.selection);
    expect(await taskOf(batch, 'updated')).toMatchObject({ status: 'QUEUED', sourceVersion: '1.0.0' });
    // Its report comes in time for its push, however slowly it comes.
    await updraft.core.batches.pause(ADMIN, batch._id);
    await fleet.comeOnline();
    await updraft.until(async () => (await taskOf(batch, 'updated')).sourceVersion === '1.5.0');
    await updraft.core.batches.resume(ADMIN, batch._id);
    expect(await updraft.settled(batch)).toEqual({ updated: 'SUCCEEDED' });
    expect(await taskOf(batch, 'updated')).toMatchObject({ sourceVersion: '1.5.0', attempt: 1, attempts: [] });
  });

  test('R-TASK-5 a version that is neither source nor target fails the attempt', async () => {
    await updraft.fleet([{ deviceName: 'oddity', behaviours: [wrongVersion('0.0.1', { times: 1 })] }]);
    const batch = await updraft.push(await nextPackage(), { retry: { intervalMinutes: 0, maxRetries: 1 } }, only(['oddity']));
    expect(await updraft.settled(batch)).toEqual({ oddity: 'SUCCEEDED' });
    expect((await taskOf(batch, 'oddity')).attempts).toMatchObject([{ cause: 'UNEXPECTED_VERSION_REPORTED', text: '0.0.1' }]);
  });

  test('a device that says everything twice is upgraded once', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'echo', behaviours: [reportsTwice()] }]);
    const batch = await updraft.push(await nextPackage(), {}, only(['echo']));
    expect(await updraft.settled(batch)).toEqual({ echo: 'SUCCEEDED' });
    expect((await taskOf(batch, 'echo')).transitions).toHaveLength(3);
    expect(fleet.stats().notifications).toBe(1);
  });

  test('R-BAT-18 a stop stops: offered and running tasks end, and the download address with them (R-DL-5)', async () => {
    const fleet = await updraft.fleet([
      { deviceName: 'offered', behaviours: [silent()] },
      { deviceName: 'running', behaviours: [stallsAt(10)] },
      { deviceName: 'offline', behaviours: [offlineUntil('told')] },
    ]);
    const batch = await updraft.push(await nextPackage(), {}, only(['offered', 'running', 'offline']));
    await updraft.until(async () => (await taskOf(batch, 'running').catch(() => null))?.status === 'IN_PROGRESS');
    await updraft.until(async () => (await taskOf(batch, 'offered')).status === 'NOTIFIED');
    const { canceled, batch: stopped } = await updraft.core.batches.cancel(
      { actorId: 'k', kind: 'KEY', name: 'k', products: null, role: 'OPERATOR' },
      batch._id,
    );
    expect(canceled).toBe(3);
    expect(stopped.status).toBe('CANCELED');
    expect(await updraft.settled(batch)).toEqual({ offered: 'CANCELED', running: 'CANCELED', offline: 'CANCELED' });
    await fleet.comeOnline();
    await updraft.until(async () => (await updraft.core.devices.get(`${updraft.productKey}.offline`))?.online);
    expect(fleet.device('offline').counts.notifications).toBe(0);
  });

  test('R-BAT-8 a device keeps the task it has; a second batch passes it over and says so', async () => {
    await updraft.fleet([{ deviceName: 'busy', behaviours: [silent()] }]);
    const first = await updraft.push(await nextPackage(), {}, only(['busy']));
    await updraft.until(async () => (await taskOf(first, 'busy').catch(() => null))?.status === 'NOTIFIED');
    const second = await updraft.push(await nextPackage(), {}, only(['busy']));
    await updraft.until(async () => (await updraft.core.batches.get(second._id))?.status === 'FINISHED');
    const { selection, statusReason } = (await updraft.core.batches.get(second._id)) ?? {};
    expect(statusReason).toBe(`There was nobody to push to: 1 has an unfinished task of another batch (busy in batch ${first._id}).`);
    expect(selection).toEqual({
      matched: 1,
      created: 0,
      skippedVersion: 0,
      skippedBusy: 1,
      atTarget: 0,
    });
    await updraft.core.batches.cancel({ actorId: 'k', kind: 'KEY', name: 'k', products: null, role: 'OPERATOR' }, first._id);
  });
});
