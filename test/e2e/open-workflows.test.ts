import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Batch } from '../../schema/model/batch/batch';
import { batchWorkflowId, upgradeWorkflowId } from '../../schema/model/ids';
import { type Behaviour, failsWith, resultCode, silent, stallsAt } from '../support/devices/behaviours';
import { testTemporal } from '../support/temporal';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';
import type { DeviceOf } from '../support/updraft-driver';

/** A minute is a minute: what waits for its next look into the store is open for three of them, or ten. */
describe('no workflow outlives what it is for', () => {
  let updraft: Updraft;
  let client: Client;
  let closeClient: () => Promise<void>;
  beforeAll(async () => {
    updraft = await startUpdraft();
    const temporal = await testTemporal();
    client = temporal.client;
    closeClient = temporal.close;
  });
  afterAll(async () => {
    await closeClient();
    await updraft.stop();
  });

  let target = 2;
  const nextPackage = () => updraft.package(`${target++}.0.0`);
  const DIALECTS = ['LINK', 'IOTDA'] as const;
  const devicesOf = (dialect: (typeof DIALECTS)[number], name: string, count: number, more: object = {}): DeviceOf[] =>
    Array.from({ length: count }, (_, index) => ({ dialect, deviceName: `${name}-${dialect}-${index}`, ...more }) as DeviceOf);
  const only = (devices: DeviceOf[]) => ({
    scope: { kind: 'targeted' as const, deviceNames: devices.map(({ deviceName = '' }) => deviceName) },
  });

  const isOpen = async (workflowId: string): Promise<boolean> => {
    try {
      return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };
  /** The open ones of a batch: its own, and the upgrades of its devices. */
  async function open(batch: Batch, devices: DeviceOf[]): Promise<string[]> {
    const ids = devices.map(({ deviceName }) => upgradeWorkflowId(`${updraft.productKey}.${deviceName}`, 'default'));
    const all = [batchWorkflowId(batch._id), ...ids];
    const isOpenNow = await Promise.all(all.map(isOpen));
    return all.filter((_, index) => isOpenNow[index]);
  }
  const allEnd = async (batch: Batch, devices: DeviceOf[]) => {
    await updraft.settled(batch);
    await updraft.until(async () => (await open(batch, devices)).length === 0);
  };

  test.each(DIALECTS)('R-FLOW-1 of a batch that has ended none is open: %s', async (dialect) => {
    const devices = devicesOf(dialect, 'plain', 30);
    const fleet = await updraft.fleet(devices);
    const batch = await updraft.push(await nextPackage(), {}, only(devices));
    await allEnd(batch, devices);
    await fleet.stop();
  });

  test.each(DIALECTS)('R-TASK-3 nor where devices run the target already, and answer before anything else: %s', async (dialect) => {
    const firmware = await nextPackage();
    const devices = devicesOf(dialect, 'current', 60, { version: firmware.version });
    const fleet = await updraft.fleet(devices);
    const reported = { deviceName: /^current-LINK-/, moduleVersions: `default=${firmware.version}` };
    if (dialect === 'LINK')
      await updraft.until(async () => (await updraft.store.collections.devices.countDocuments(reported)) === devices.length);
    // What the platform knows is out of date.
    await updraft.store.collections.devices.updateMany(
      { deviceName: /^current-/ },
      { $set: { 'modules.default.version': '1.0.0', moduleVersions: ['default=1.0.0'] } },
    );
    const batch = await updraft.push(firmware, {}, only(devices));
    await allEnd(batch, devices);
    await fleet.stop();
  });

  test.each(DIALECTS)('R-BAT-18 nor once a batch was canceled that had begun to push slowly: %s', async (dialect) => {
    const devices = devicesOf(dialect, 'canceled', 20, { behaviours: [stallsAt(30)] satisfies Behaviour[] });
    const fleet = await updraft.fleet(devices);
    const batch = await updraft.push(await nextPackage(), { rate: { kind: 'constant', perMinute: 30 } }, only(devices));
    await updraft.until(async () => (await updraft.core.batches.counts(batch._id)).IN_PROGRESS > 0);
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await allEnd(batch, devices);
    await fleet.stop();
  });

  test.each(DIALECTS)('R-BAT-18 nor of some tasks that were canceled while they were being pushed: %s', async (dialect) => {
    const devices = devicesOf(dialect, 'some', 20, { behaviours: [silent()] satisfies Behaviour[] });
    const fleet = await updraft.fleet(devices);
    const batch = await updraft.push(await nextPackage(), { rate: { kind: 'constant', perMinute: 60 } }, only(devices));
    await updraft.until(async () => (await open(batch, devices)).length > (dialect === 'IOTDA' ? 1 : 0));
    await updraft.core.batches.cancel(ADMIN, batch._id, ['QUEUED', 'NOTIFIED']);
    await allEnd(batch, devices);
    await fleet.stop();
  });

  test.each(DIALECTS)('R-BAT-18 nor of children that has gone, once their batch was canceled: %s', async (dialect) => {
    const [hub, ...children] = devicesOf(dialect, 'behind', 9, { behaviours: [stallsAt(30)] satisfies Behaviour[] });
    if (!hub) throw new Error('no parent');
    const behind = children.map((child) => ({ ...child, parent: hub.deviceName })) as DeviceOf[];
    const fleet = await updraft.fleet([{ ...hub, behaviours: [] }, ...behind]);
    const batch = await updraft.push(await nextPackage(), { rate: { kind: 'constant', perMinute: 60 } }, only(behind));
    await updraft.until(async () => (await updraft.core.batches.counts(batch._id)).IN_PROGRESS > 0);
    await fleet.stop();
    await updraft.until(async () => (await updraft.core.devices.get(`${updraft.productKey}.${behind[0]?.deviceName}`))?.online === false);
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await allEnd(batch, behind);
  });

  test.each(DIALECTS)('R-BAT-24 nor, once a halted batch is canceled, of devices that were never asked: %s', async (dialect) => {
    const behaviours: Behaviour[] = [dialect === 'LINK' ? failsWith(-1) : resultCode(5)];
    const devices = devicesOf(dialect, 'halted', 20, { behaviours });
    const fleet = await updraft.fleet(devices);
    const policy = { rate: { kind: 'constant' as const, perMinute: 60 }, halt: { failedCount: 1, minimumJudged: 1 } };
    const batch = await updraft.push(await nextPackage(), policy, only(devices));
    await updraft.until(async () => (await updraft.core.batches.get(batch._id))?.status === 'HALTED');
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await allEnd(batch, devices);
    await fleet.stop();
  });

  test('R-BAT-19 batches that are deleted the moment they have ended leave no workflow that goes on for ever', async () => {
    const devices = devicesOf('LINK', 'deleted', 10);
    const fleet = await updraft.fleet(devices);
    const batches: Batch[] = [];
    for (const device of devices) {
      const batch = await updraft.push(await nextPackage(), {}, only([device]));
      await updraft.until(async () => (await updraft.core.batches.get(batch._id))?.status === 'FINISHED');
      await updraft.core.batches.delete(ADMIN, batch._id);
      batches.push(batch);
    }
    for (const batch of batches) await updraft.until(async () => (await open(batch, devices)).length === 0);
    await fleet.stop();
  });
});
