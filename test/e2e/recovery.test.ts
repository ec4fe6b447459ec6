import { Client, type Connection } from '@temporalio/client';
import pino from 'pino';
import { batchWorkflowId, upgradeWorkflowId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import { startPlatform } from '../../server/platform';
import { connectTemporal } from '../../workflows/connection';
import { silent, stallsAt } from '../support/devices/behaviours';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

const NAMES = Array.from({ length: 60 }, (_, index) => `meter-${index}`);
const online = (updraft: Updraft, count: number) =>
  updraft.until(
    async () =>
      (await updraft.core.devices.list({ productKey: updraft.productKey, online: true }, { first: 100, after: null })).rows.length >= count,
  );

describe('what no event tells is found out', () => {
  let updraft: Updraft;
  let connection: Connection;
  let temporal: Client;
  beforeAll(async () => {
    updraft = await startUpdraft({ UPDRAFT_MINUTE_MS: '200', UPDRAFT_MQTT_SESSION_CHECK_MS: '500' });
    connection = await connectTemporal({ address: updraft.platform.temporalAddress });
    temporal = new Client({ connection });
  });
  afterAll(async () => {
    await connection.close();
    await updraft.stop();
  });

  test('R-BAT-8 batches for the same devices, created at the same instant: each device gets one task, and none is lost', async () => {
    const fleet = await updraft.fleet(NAMES.map((deviceName) => ({ deviceName, behaviours: [silent()] })));
    await online(updraft, NAMES.length);
    const packages = [await updraft.package('2.0.0'), await updraft.package('2.0.1'), await updraft.package('2.0.2')];
    const scope = { kind: 'targeted' as const, deviceNames: NAMES };
    const batches = await Promise.all(packages.map((firmware) => updraft.push(firmware, {}, { scope })));
    const selected = await Promise.all(
      batches.map(({ _id }) =>
        updraft.until(async () => {
          const batch = await updraft.core.batches.get(_id);
          return batch?.selection && batch;
        }),
      ),
    );
    const tasks: Task[] = (await Promise.all(batches.map((batch) => updraft.tasks(batch)))).flat();
    expect(tasks.map(({ deviceName }) => deviceName).sort()).toEqual([...NAMES].sort());
    for (const { selection } of selected) expect(selection).toMatchObject({ matched: 60, skippedBusy: 60 - (selection?.created ?? 0) });
    const holding = selected.filter(({ selection }) => (selection?.created ?? 0) > 0);
    await Promise.all(holding.map(({ _id }) => updraft.core.batches.cancel(ADMIN, _id)));
    for (const batch of batches) await updraft.settled(batch);
    await fleet.stop();
  });

  test('R-TASK-7 a gateway that was taken for dead, and is not, says which devices it has: they are pushed without connecting anew', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'held' }, { deviceName: 'held-iotda', dialect: 'IOTDA' }]);
    await updraft.until(async () => (await updraft.core.devices.get(`${updraft.productKey}.held-iotda`))?.online);
    await updraft.core.devices.gatewayReset(updraft.config.gatewayId);
    const scope = { kind: 'targeted' as const, deviceNames: ['held', 'held-iotda'] };
    const batch = await updraft.push(await updraft.package('2.5.0'), {}, { scope });
    expect(await updraft.settled(batch)).toEqual({ held: 'SUCCEEDED', 'held-iotda': 'SUCCEEDED' });
    // Once at first, and once after each restarted with what it got.
    for (const name of scope.deviceNames) expect(fleet.any(name).counts.connects).toBe(2);
    await fleet.stop();
  });

  test('R-TASK-5 an upgrade whose workflow was terminated by hand is picked up again, and retries as planned', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'orphan', behaviours: [stallsAt(30)] }]);
    const scope = { kind: 'targeted' as const, deviceNames: ['orphan'] };
    const batch = await updraft.push(await updraft.package('3.0.0'), { timeoutMinutes: 60 }, { scope });
    const { deviceId } = await updraft.until(async () => {
      const task = await updraft.task(batch, 'orphan');
      return task.status === 'IN_PROGRESS' && task;
    });
    const upgrade = temporal.workflow.getHandle(upgradeWorkflowId(deviceId, 'default'));
    await upgrade.terminate('by hand');
    expect(await updraft.settled(batch)).toEqual({ orphan: 'FAILED' });
    const task = await updraft.task(batch, 'orphan');
    expect(task).toMatchObject({ cause: 'DEVICE_UPGRADE_TIMEOUT', notifications: 1 });
    expect(Number(task.endedAt)).toBeGreaterThanOrEqual(Number(task.deadlineAt));
    await fleet.stop();
  });

  test('R-TASK-5 a failure reported after its workflow was terminated starts it again', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'failing', behaviours: [stallsAt(30)] }]);
    const scope = { kind: 'targeted' as const, deviceNames: ['failing'] };
    const batch = await updraft.push(await updraft.package('4.0.0'), {}, { scope });
    const { deviceId } = await updraft.until(async () => {
      const task = await updraft.task(batch, 'failing');
      return task.status === 'IN_PROGRESS' && task;
    });
    await temporal.workflow.getHandle(upgradeWorkflowId(deviceId, 'default')).terminate('by hand');
    fleet.device('failing').reportStep(-4);
    expect(await updraft.settled(batch)).toEqual({ failing: 'FAILED' });
    expect(await updraft.task(batch, 'failing')).toMatchObject({ cause: 'PACKAGE_INSTALLATION_FAILURE', attempt: 1 });
    await fleet.stop();
  });

  test('R-BAT-1 a batch whose process died before its workflow started is started by the next worker', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'waiting' }]);
    await online(updraft, 1);
    const scope = { kind: 'targeted' as const, deviceNames: ['waiting'] };
    const batch = await updraft.push(await updraft.package('5.0.0'), {}, { scope });
    await updraft.settled(batch);
    // A batch as createStatic leaves it when it dies between its two steps.
    const orphan = { ...batch, _id: `${batch._id}x`, idempotencyKey: null, targetVersion: '5.0.1', status: 'STARTING' as const };
    const firmware = await updraft.package('5.0.1');
    await updraft.store.collections.batches.insertOne({ ...orphan, packageId: firmware._id });
    await expect(temporal.workflow.getHandle(batchWorkflowId(orphan._id)).describe()).rejects.toThrow('not found');
    const nextWorker = await startPlatform({ ...updraft.config, roles: ['worker'] }, pino({ level: 'silent' }));
    expect(await updraft.settled(orphan)).toEqual({ waiting: 'SUCCEEDED' });
    await nextWorker.stop();
    expect(fleet.device('waiting').version).toBe('5.0.1');
    await fleet.stop();
  });
});
