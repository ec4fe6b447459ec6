import type { Task, TaskStatus } from '../../schema/model/task/task';
import {
  type Behaviour,
  claimsEarly,
  neverAnswers,
  offlineUntil,
  silent,
  stallsAt,
  staysOnSourceVersion,
} from '../support/devices/behaviours';
import type { Fleet } from '../support/devices/fleet';
import { IotdaDevice } from '../support/devices/iotda/iotda-device';
import { slowness } from '../support/devices/patience';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';
import type { DeviceOf } from '../support/updraft-driver';

/** A policy's minute: the result may take 300 of them, the answer of one that has claimed it 50. The other waits are endless here. */
const MINUTE_MS = Math.round(100 * slowness());

describe('IoTDA devices upgraded over real MQTT, MongoDB and Temporal (R-FLOW-2)', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({
      UPDRAFT_MINUTE_MS: String(MINUTE_MS),
      UPDRAFT_IOTDA_ONLINE_MINUTES: '1440',
      UPDRAFT_IOTDA_VERSION_MINUTES: '1440',
      UPDRAFT_IOTDA_DOWNLOAD_MINUTES: '300',
      UPDRAFT_IOTDA_CONFIRM_MINUTES: '50',
      UPDRAFT_REOFFER_MINUTES: '1440',
    });
  });
  afterAll(() => updraft.stop());

  let target = 2;
  const nextPackage = () => updraft.package(`${target++}.0.0`);
  const only = (...deviceNames: string[]) => ({ scope: { kind: 'targeted' as const, deviceNames } });
  const iotda = (deviceName: string, behaviours: Behaviour[] = [], more: Partial<DeviceOf> = {}): DeviceOf =>
    ({ dialect: 'IOTDA', deviceName, behaviours, ...more }) as DeviceOf;
  const path = ({ transitions }: Task): TaskStatus[] => transitions.map(({ to }) => to);
  const problems = (fleet: Fleet, name: string) => fleet.any(name).counts.problems;

  test('R-FLOW-2 R-DL-1 asked for its version, told where the file is, upgraded, and done with the version it reports', async () => {
    const fleet = await updraft.fleet([
      iotda('plain'),
      iotda('by-node', [], { identifiedBy: 'node', timeChecked: true }),
      iotda('subscribed', [], { softwareVersion: '9.9.9' }),
    ]);
    const batch = await updraft.push(await nextPackage(), {}, only('plain', 'by-node', 'subscribed'));
    expect(await updraft.settled(batch)).toEqual({ plain: 'SUCCEEDED', 'by-node': 'SUCCEEDED', subscribed: 'SUCCEEDED' });
    for (const name of ['plain', 'by-node', 'subscribed']) {
      const task = await updraft.task(batch, name);
      expect(path(task)).toEqual(['NOTIFIED', 'IN_PROGRESS', 'SUCCEEDED']);
      expect(task).toMatchObject({ dialect: 'IOTDA', sourceVersion: '1.0.0', attempt: 1, notifications: 1 });
      expect(fleet.any(name).counts).toMatchObject({ notifications: 1, downloads: 1, problems: 0 });
    }
    const device = await updraft.core.devices.get(`${updraft.productKey}.subscribed`);
    expect(device?.modules).toMatchObject({ software: { version: '9.9.9' } });
    await fleet.stop();
  });

  test('R-TASK-3 a device whose answer is the target version succeeds without a notification', async () => {
    const firmware = await nextPackage();
    const fleet = await updraft.fleet([iotda('current', [], { version: firmware.version })]);
    const batch = await updraft.push(firmware, {}, only('current'));
    expect(await updraft.settled(batch)).toEqual({ current: 'SUCCEEDED' });
    expect(fleet.any('current').counts).toMatchObject({ gets: 1, notifications: 0 });
  });

  test('R-PKG-6 a device whose version the package does not upgrade from fails, and is not asked again', async () => {
    const firmware = await updraft.package(`${target++}.0.0`, 4_096, undefined, { sourceVersions: ['1.5.0'] });
    const fleet = await updraft.fleet([iotda('too-old', [], { version: '1.5.0' })]);
    // What the platform knows is out of date: the device has gone back.
    await updraft.core.tasks.report(`${updraft.productKey}.too-old`, { kind: 'version', module: 'default', version: '1.5.0' });
    Object.assign(fleet.mqtt('too-old').versions, { firmware: '1.0.0' });
    const batch = await updraft.push(firmware, { retry: { intervalMinutes: 0, maxRetries: 5 } }, only('too-old'));
    expect(await updraft.settled(batch)).toEqual({ 'too-old': 'FAILED' });
    expect(await updraft.task(batch, 'too-old')).toMatchObject({ cause: 'SOURCE_VERSION_NOT_ELIGIBLE', causeText: '1.0.0', attempt: 1 });
  });

  test('R-FLOW-2 a software package is compared with the software version, and sent as one', async () => {
    const firmware = await updraft.package(`${target++}.0.0`, 4_096, 'software');
    const fleet = await updraft.fleet([iotda('apps', [], { softwareVersion: '0.9.0' })]);
    const batch = await updraft.push(firmware, {}, only('apps'));
    expect(await updraft.settled(batch)).toEqual({ apps: 'SUCCEEDED' });
    expect(fleet.mqtt('apps').versions).toEqual({ firmware: '1.0.0', software: firmware.version });
    expect(problems(fleet, 'apps')).toBe(0);
  });

  test('R-FLOW-2 R-TASK-10 where its product wants that, a claimed target counts when the device confirms it', async () => {
    const { products } = updraft.core;
    await products.update(ADMIN, updraft.productKey, { confirmByQuery: true });
    const boasts = [claimsEarly(), staysOnSourceVersion()];
    const fleet = await updraft.fleet([iotda('honest'), iotda('early', [claimsEarly()]), iotda('boaster', boasts)]);
    const batch = await updraft.push(await nextPackage(), {}, only('honest', 'early', 'boaster'));
    expect(await updraft.settled(batch)).toEqual({ honest: 'SUCCEEDED', early: 'SUCCEEDED', boaster: 'FAILED' });
    await products.update(ADMIN, updraft.productKey, { confirmByQuery: false });
    expect(path(await updraft.task(batch, 'early'))).toEqual(['NOTIFIED', 'IN_PROGRESS', 'SUCCEEDED']);
    expect(await updraft.task(batch, 'boaster')).toMatchObject({
      cause: 'UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT',
      attempts: [{ number: 1 }],
    });
    for (const name of ['honest', 'early', 'boaster']) {
      expect(fleet.any(name).counts.gets).toBeGreaterThanOrEqual(2);
      expect(problems(fleet, name)).toBe(0);
    }
  });

  test('R-TASK-2 elsewhere its word is enough, and another version soon afterwards goes on record', async () => {
    const fleet = await updraft.fleet([iotda('regretful', [claimsEarly(), staysOnSourceVersion()])]);
    const batch = await updraft.push(await nextPackage(), {}, only('regretful'));
    expect(await updraft.settled(batch)).toEqual({ regretful: 'SUCCEEDED' });
    const device = fleet.any('regretful');
    await updraft.until(async () => {
      if (device instanceof IotdaDevice) device.reportVersions();
      return (await updraft.task(batch, 'regretful')).transitions.some(({ text }) => text !== null);
    });
    const { status, active, transitions } = await updraft.task(batch, 'regretful');
    expect([status, active]).toEqual(['SUCCEEDED', false]);
    expect(transitions.at(-1)).toMatchObject({ from: 'SUCCEEDED', to: 'SUCCEEDED', cause: null, text: 'version regressed: 1.0.0' });
  });

  test('R-TASK-4 the time-out of the batch runs from the first progress', async () => {
    await updraft.fleet([iotda('slowpoke', [stallsAt(60)])]);
    const batch = await updraft.push(await nextPackage(), { timeoutMinutes: 30 }, only('slowpoke'));
    expect(await updraft.settled(batch)).toEqual({ slowpoke: 'FAILED' });
    expect(await updraft.task(batch, 'slowpoke')).toMatchObject({ cause: 'DEVICE_UPGRADE_TIMEOUT' });
  });

  test('R-BAT-18 R-DL-5 canceled tasks end in whatever they wait for', async () => {
    await updraft.fleet([iotda('c-asked', [neverAnswers()]), iotda('c-told', [silent()]), iotda('c-away', [offlineUntil('told')])]);
    const batch = await updraft.push(await nextPackage(), {}, only('c-asked', 'c-told', 'c-away'));
    await updraft.until(async () => (await updraft.task(batch, 'c-told')).status === 'NOTIFIED');
    await updraft.until(async () => (await updraft.task(batch, 'c-asked')).negotiation?.queriedAt);
    expect((await updraft.core.batches.cancel(ADMIN, batch._id)).canceled).toBe(3);
    expect(await updraft.settled(batch)).toEqual({ 'c-asked': 'CANCELED', 'c-told': 'CANCELED', 'c-away': 'CANCELED' });
  });

  test('R-BAT-24 an answer that comes while the batch is paused is asked for again afterwards', async () => {
    const fleet = await updraft.fleet([iotda('paused', [neverAnswers({ times: 1 })])]);
    const batch = await updraft.push(await nextPackage(), {}, only('paused'));
    await updraft.until(async () => (await updraft.task(batch, 'paused')).negotiation?.queriedAt);
    await updraft.until(async () => fleet.any('paused').counts.gets > 0);
    await updraft.core.batches.pause(ADMIN, batch._id);
    const device = fleet.any('paused');
    if (device instanceof IotdaDevice) device.reportVersions();
    await updraft.until(async () => (await updraft.task(batch, 'paused')).negotiation?.queriedAt === null);
    expect((await updraft.task(batch, 'paused')).status).toBe('QUEUED');
    await updraft.core.batches.resume(ADMIN, batch._id);
    expect(await updraft.settled(batch)).toEqual({ paused: 'SUCCEEDED' });
  });
});
