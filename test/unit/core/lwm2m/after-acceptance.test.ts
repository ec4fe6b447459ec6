import { theFacts } from '../../../support/builders';
import { accepted, anLwm2mTask, downloading, failureOf, installing, lwm2mWorld } from '../../../support/lwm2m-world';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const RETRIES = theFacts({ retry: { intervalMinutes: 5, maxRetries: 2 } });

describe('R-FLOW-3 R-FLOW-5 after a device has accepted a package', () => {
  test('R-TASK-10 a pull that is ignored is followed by a push', async () => {
    const world = await accepted(lwm2mWorld([anLwm2mTask()], RETRIES));
    await world.later(11 * MINUTE);
    expect(world.task()).toMatchObject({ attempt: 2, cause: 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT', lwm2m: null, look: null });
    await world.later(5 * MINUTE);
    expect(world.device.deliveries.map(({ kind }) => kind)).toEqual(['offer', 'push']);
    world.device.install();
    await world.talk('REGISTERED');
    expect(world.task()).toMatchObject({ status: 'SUCCEEDED', attempt: 2 });
  });

  test('all notifications are lost', async () => {
    const world = await accepted(lwm2mWorld());
    world.device.state = 2;
    await world.later(5 * MINUTE);
    expect(world.device.executed).toBe(1);
    world.device.install();
    await world.later(MINUTE);
    expect(world.task().status).toBe('SUCCEEDED');
  });

  test('a mere message is no reason to look at it before it is due; what it has told and nobody has seen to is', async () => {
    const world = await downloading(lwm2mWorld());
    const { deviceId } = world.task();
    expect(await world.upgrades.begin(deviceId, 'HEARD')).toBeNull();
    expect(await world.upgrades.begin(deviceId, 'PUSHED')).toMatchObject({ kind: 'look' });
  });

  test('R-FLOW-6 after a Register in the middle the observations are made again', async () => {
    const world = await downloading(lwm2mWorld());
    expect(await world.talk('REGISTERED')).toEqual(['look', 'observe']);
    world.device.state = 2;
    expect(await world.talk('REGISTERED')).toEqual(['look', 'observe', 'execute']);
  });

  test('it loses the package three times', async () => {
    const world = await downloading(lwm2mWorld());
    for (let i = 0; i < 2; i++) {
      world.device.state = 0;
      expect(await world.talk('REGISTERED')).toEqual(['look', 'offer https']);
      world.device.state = 1;
      await world.tells({ state: 1 });
    }
    world.device.state = 0;
    await world.talk('REGISTERED');
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'CONNECTION_LOST_DURING_DOWNLOADING_PROCESS' });
    expect(world.task().attempt).toBe(1);
  });

  test.each([
    [2, 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE'],
    [4, 'CONNECTION_LOST_DURING_DOWNLOADING_PROCESS'],
    [10, 'FIRMWARE_UPDATE_CANCELLED'],
    [42, 'UNKNOWN_DEVICE_ERROR'],
  ])('its download fails with result %s', async (result, cause) => {
    const world = await downloading(lwm2mWorld());
    Object.assign(world.device, { state: 0, result });
    expect(await world.tells({ state: 0 })).toEqual(['look', 'release']);
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause });
  });

  test('result 8 with the new version is success', async () => {
    const world = await installing(lwm2mWorld());
    Object.assign(world.device, { state: 0, result: 8, version: '2.0.0' });
    await world.tells({ result: 8 });
    expect(world.task().status).toBe('SUCCEEDED');
  });

  test('the order to install is refused with 4.05: again after 5 seconds, three times', async () => {
    const world = await downloading(lwm2mWorld());
    world.device.state = 2;
    world.device.misbehaves.execute = () => ({ kind: 'executed', outcome: { refused: '4.05', text: '', result: 0 } });
    await world.tells({ state: 2 });
    for (let i = 0; i < 3; i++) await world.later(5 * SECOND);
    expect(world.device.asks.filter((ask) => ask === 'execute')).toHaveLength(4);
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'DEVICE_REJECTED_REQUEST' });
  });

  test('its user puts it off, for as long as the device says and 30 minutes', async () => {
    const world = await installing(lwm2mWorld());
    Object.assign(world.device, { state: 2, result: 11, deferSeconds: 3_600 });
    await world.tells({ result: 11 });
    expect(world.task()).toMatchObject({ status: 'IN_PROGRESS', lwm2m: { step: 'DEFERRED', deferSeconds: 3_600 } });
    await world.later(80 * MINUTE);
    expect(world.task().status).toBe('IN_PROGRESS');
    await world.later(11 * MINUTE);
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'FIRMWARE_UPDATE_DEFERRED' });
    expect(world.device.executed).toBe(1);
  });

  test('success with the old version is looked at each minute for 10', async () => {
    const world = await installing(lwm2mWorld());
    Object.assign(world.device, { state: 0, result: 1 });
    await world.tells({ result: 1 });
    const before = world.device.asks.length;
    for (let i = 0; i < 9; i++) await world.later(MINUTE);
    expect(world.device.asks.length - before).toBe(9);
    expect(world.task().status).toBe('IN_PROGRESS');
    await world.later(MINUTE);
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'FIRMWARE_UPDATE_FAILED' });
  });

  test('another version than it had and should have', async () => {
    const world = await installing(lwm2mWorld());
    Object.assign(world.device, { state: 0, version: '1.7.0' });
    await world.talk('REGISTERED');
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'UNEXPECTED_VERSION_REPORTED' });
  });

  test.each([
    ['comes back', 'WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT', false],
    ['does not come back', 'UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT', true],
  ])('R-TASK-10 it hangs in Updating, and %s', async (_, cause, silent) => {
    const world = await installing(lwm2mWorld());
    await world.tells({ state: 3 });
    world.device.silent = silent;
    for (let i = 0; i < 7; i++) await world.later(5 * MINUTE);
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause });
  });

  test('one that installs for 20 minutes in silence is waited for', async () => {
    const world = await installing(lwm2mWorld());
    world.device.silent = true;
    for (let i = 0; i < 20; i++) await world.later(MINUTE);
    expect(world.task()).toMatchObject({ status: 'IN_PROGRESS', lwm2m: { step: 'UPDATE' } });
    world.device.silent = false;
    world.device.install();
    await world.talk('REGISTERED');
    expect(world.task().status).toBe('SUCCEEDED');
  });

  test('a push that is interrupted begins anew, after a reset', async () => {
    const world = lwm2mWorld();
    const { device } = world;
    device.delivery = 1;
    device.misbehaves.push = () => {
      device.state = 1;
      return { kind: 'pushed', outcome: { failed: 'SILENT' } };
    };
    const { deviceId } = world.task();
    const look = await world.upgrades.begin(deviceId, 'HEARD');
    const push = look && (await world.upgrades.answered(deviceId, look, device.answer(look)));
    expect(push && (await world.upgrades.pushBegan(deviceId, push))).toBe(true);
    expect(push && (await world.upgrades.answered(deviceId, push, device.answer(push)))).toBeNull();
    expect(world.task()).toMatchObject({ status: 'IN_PROGRESS', lwm2m: { step: 'DOWNLOAD' } });
    device.misbehaves = {};
    expect(await world.talk('HEARD')).toEqual(['look', 'reset', 'look', 'push', 'look', 'execute']);
    expect(device.deliveries).toEqual([{ kind: 'push', state: 0 }]);
    // An answer of the first push changes nothing.
    expect(push && (await world.upgrades.pushBegan(deviceId, push))).toBe(false);
  });

  test('R-TASK-4 the time-out of the task runs from the first sign of work', async () => {
    const world = await downloading(lwm2mWorld([anLwm2mTask()], theFacts({ timeoutMinutes: 60 })));
    expect(world.task()).toMatchObject({ firstProgressAt: world.core.now, deadlineAt: new Date(world.core.now.getTime() + HOUR) });
    expect(world.reports.map(({ kind }) => kind)).toEqual(['check', 'progress']);
  });
});
