import type { Task } from '../../schema/model/task/task';
import { claimsTopicOf, failsWith, offlineUntil, resultCode, slow } from '../support/devices/behaviours';
import { slowness } from '../support/devices/patience';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';
import type { DeviceOf } from '../support/updraft-driver';

const CHILDREN = 6;
const MINUTE_MS = Math.round(200 * slowness());
/** Longer than any test: it is ended otherwise. */
const LONG_MS = 3_600_000;

describe.each(['LINK', 'IOTDA'] as const)('children over real MQTT, MongoDB and Temporal: %s', (dialect) => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({ UPDRAFT_MINUTE_MS: `${MINUTE_MS}` });
  });
  afterAll(() => updraft.stop());

  let target = 2;
  const nextPackage = () => updraft.package(`${target++}.0.0`);
  const device = (deviceName: string, more: Partial<DeviceOf> = {}) => ({ dialect, deviceName, ...more }) as DeviceOf;
  const childrenOf = (parent: string, more: (index: number) => Partial<DeviceOf> = () => ({})): DeviceOf[] =>
    Array.from({ length: CHILDREN }, (_, index) => device(`${parent}.probe-${index}`, { parent, ...more(index) }));
  const stored = (deviceName: string) => updraft.core.devices.get(`${updraft.productKey}.${deviceName}`);
  const statuses = (tasks: Task[]) => Object.fromEntries(tasks.map(({ deviceName, status }) => [deviceName, status]));

  test('R-FLOW-1 R-FLOW-2 R-BAT-1 all are upgraded when their parent comes, one that fails fails, and so is the parent itself', async () => {
    // After 100 %, while its parent may restart for its own upgrade and report the old version of all behind it.
    const failing = dialect === 'LINK' ? failsWith(-1) : resultCode(4);
    const fleet = await updraft.fleet([
      device('hub-1', { behaviours: [offlineUntil('told')] }),
      ...childrenOf('hub-1', (index) => (index === 3 ? { behaviours: [failing] } : {})),
    ]);
    expect(await stored('hub-1.probe-0')).toMatchObject({ parentId: `${updraft.productKey}.hub-1`, online: false });
    const batch = await updraft.push(await nextPackage());
    await updraft.until(async () => (await updraft.core.batches.get(batch._id))?.selection);
    for (const task of await updraft.tasks(batch)) expect(task).toMatchObject({ status: 'QUEUED', reachable: false });
    await fleet.comeOnline(['hub-1']);
    const ends = await updraft.settled(batch);
    expect(ends).toEqual({
      'hub-1': 'SUCCEEDED',
      ...Object.fromEntries(childrenOf('hub-1').map(({ deviceName = '' }, index) => [deviceName, index === 3 ? 'FAILED' : 'SUCCEEDED'])),
    });
    expect(await updraft.task(batch, 'hub-1.probe-3')).toMatchObject({
      cause: dialect === 'LINK' ? 'FIRMWARE_UPDATE_FAILED' : 'LOW_BATTERY',
    });
    for (const { deviceName = '' } of childrenOf('hub-1'))
      expect(fleet.any(deviceName).counts).toMatchObject({ dropped: 0, duplicates: 0, problems: 0 });
    expect(fleet.any('hub-1').counts.problems).toBe(0);
    // Its parent may be the last to restart, and be followed by its children a moment later.
    await updraft.until(async () => (await stored('hub-1.probe-0'))?.online);
    expect(await stored('hub-1.probe-0')).toMatchObject({ modules: { default: { version: fleet.any('hub-1').version } } });
    await fleet.stop();
    await updraft.until(async () => (await stored('hub-1.probe-0'))?.online === false);
  });

  test('R-TASK-7 a parent that drops in the middle and comes back: its devices go and come with it, and are upgraded', async () => {
    const fleet = await updraft.fleet([device('hub-2'), ...childrenOf('hub-2', () => ({ behaviours: [slow(600)] }))], {
      pacing: { stepsReported: [10, 30, 50, 70, 90], skipDownload: false, installMs: 10, rebootMs: 10 },
    });
    const names = childrenOf('hub-2').map(({ deviceName = '' }) => deviceName);
    const [first = ''] = names;
    await updraft.until(async () => (await stored(first))?.online);
    const begun = fleet.any(first).waitFor('progress', { timeoutMs: LONG_MS });
    const batch = await updraft.push(await nextPackage(), {}, { scope: { kind: 'targeted', deviceNames: names } });
    await begun;
    // It is back when it was seen to have gone, and not before.
    fleet.any('hub-2').losePower(LONG_MS);
    await updraft.until(async () => !(await stored(first))?.online);
    await fleet.comeOnline(['hub-2']);
    await updraft.until(async () => (await stored(first))?.online);
    expect(Object.values(await updraft.settled(batch))).toEqual(Array(CHILDREN).fill('SUCCEEDED'));
    for (const name of names) expect(fleet.any(name).counts).toMatchObject({ dropped: 0, duplicates: 0, problems: 0 });
    await fleet.stop();
  });

  test("R-FLOW-1 R-FLOW-2 what a parent says of another parent's device counts for nothing", async () => {
    const fleet = await updraft.fleet([
      device('hub-3'),
      ...childrenOf('hub-3'),
      device('hub-4', { behaviours: [claimsTopicOf(updraft.productKey, 'hub-3.probe-0')] }),
      ...childrenOf('hub-4'),
    ]);
    await updraft.until(async () => (await stored('hub-4.probe-5'))?.modules.default || dialect === 'IOTDA');
    const firmware = await nextPackage();
    const names = ['hub-3.probe-0', 'hub-4.probe-0', 'hub-4'];
    const batch = await updraft.push(firmware, {}, { scope: { kind: 'targeted', deviceNames: names } });
    expect(Object.values(await updraft.settled(batch))).toEqual(Array(3).fill('SUCCEEDED'));
    expect((await updraft.task(batch, 'hub-3.probe-0')).transitions.map(({ to }) => to)).toEqual(['NOTIFIED', 'IN_PROGRESS', 'SUCCEEDED']);
    expect((await stored('hub-3.probe-0'))?.modules.default?.version).toBe(firmware.version);
    await fleet.stop();
  });

  test('R-TASK-7 one that is taken away waits, and is upgraded by the parent that it gets next', async () => {
    const fleet = await updraft.fleet([device('hub-5'), ...childrenOf('hub-5')]);
    const { core, productKey } = updraft;
    const id = `${productKey}.hub-5.probe-2`;
    await core.devices.setParent(ADMIN, [id], null);
    const batch = await updraft.push(
      await nextPackage(),
      {},
      { scope: { kind: 'targeted', deviceNames: ['hub-5.probe-1', 'hub-5.probe-2'] } },
    );
    await updraft.until(async () => (await updraft.task(batch, 'hub-5.probe-1')).status === 'SUCCEEDED');
    expect(statuses(await updraft.tasks(batch))).toMatchObject({ 'hub-5.probe-2': 'QUEUED' });
    await core.devices.setParent(ADMIN, [id], `${productKey}.hub-5`);
    expect(Object.values(await updraft.settled(batch))).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    await fleet.stop();
  });
});
