import { transition } from '../../../../core/tasks/transition';
import type { Task } from '../../../../schema/model/task/task';
import type { TaskEvent } from '../../../../schema/model/task/task-event';
import { nextState } from '../../../../schema/model/task/task-state';
import { aPackage, theFacts } from '../../../support/builders';
import { anLwm2mTask, lwm2mWorld, type World } from '../../../support/lwm2m-world';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const RETRIES = theFacts({ retry: { intervalMinutes: 5, maxRetries: 2 } });

async function accepted(world: World): Promise<World> {
  await world.talk('REGISTERED');
  expect(world.task().status).toBe('NOTIFIED');
  return world;
}

async function downloading(world: World): Promise<World> {
  await accepted(world);
  world.device.state = 1;
  await world.tells({ state: 1 });
  return world;
}

async function installing(world: World): Promise<World> {
  await downloading(world);
  world.device.state = 2;
  await world.tells({ state: 2 });
  expect(world.device.executed).toBe(1);
  return world;
}

const failure = async (world: World): Promise<Pick<Task, 'status' | 'cause'>> => {
  await world.work();
  const { status, cause } = world.task();
  return { status, cause };
};

describe('R-FLOW-3 before a device accepts a package', () => {
  test('the same version after success starts nothing', async () => {
    const world = lwm2mWorld();
    world.device.version = '2.0.0';
    expect(await world.talk('REGISTERED')).toEqual(['look']);
    expect(world.task()).toMatchObject({ status: 'SUCCEEDED', notifiedAt: null });
    expect(await world.talk('HEARD')).toEqual([]);
  });

  test('a device that is heard is asked at once, and a second time only if it must be', async () => {
    const world = lwm2mWorld();
    world.device.silent = true;
    expect(await world.talk('HEARD')).toEqual(['look']);
    const { revision, waitBy } = world.task();
    expect(Number(waitBy) - world.core.now.getTime()).toBe(3 * MINUTE);
    expect(await world.talk('HEARD')).toEqual(['look']);
    expect(world.task().waitBy).toEqual(waitBy);
    // Its answer is written, its question is not.
    expect(world.task().revision).toBe(revision + 1);
  });

  test.each([
    ['paused', (world: World) => Object.assign(world.core, { running: false }), {}],
    ['not confirmed', () => undefined, { status: 'UNCONFIRMED' as const }],
    ['between attempts', () => undefined, { retryAt: new Date('2026-01-01T01:00:00Z') }],
  ])('%s: nothing but the version is asked', async (_, change, fields) => {
    const world = lwm2mWorld([anLwm2mTask(fields)]);
    change(world);
    expect(await world.talk('HEARD')).toEqual([]);
    expect(await world.talk('REGISTERED')).toEqual(['look']);
    expect(world.device.deliveries).toEqual([]);
  });

  test('without proactive push a Register asks, and nothing else', async () => {
    const world = lwm2mWorld([anLwm2mTask()], theFacts({ proactivePush: false }));
    expect(await world.talk('HEARD')).toEqual([]);
    expect(await world.talk('REGISTERED')).toEqual(['look', 'offer https']);
  });

  test('R-TASK-10 no version within 3 minutes ends the attempt, also while it is there', async () => {
    const world = lwm2mWorld();
    world.device.silent = true;
    await world.talk('HEARD');
    await world.later(MINUTE);
    expect(world.device.asks).toEqual(['look', 'look']);
    await world.later(2 * MINUTE);
    expect(await failure(world)).toEqual({ status: 'FAILED', cause: 'WAITING_FOR_REPORT_DEVICE_FIRMWARE_VERSION_TIMEOUT' });
  });

  test.each([
    ['several files', theFacts({}, { package: aPackage({ files: [...aPackage().files, ...aPackage().files] }) }), {}],
    ['MQTT', theFacts({ downloadProtocol: 'MQTT' }), {}],
    ['another module', theFacts(), { module: 'mcu' }],
  ])('a package that cannot be brought to it: %s', async (_, facts, fields) => {
    const world = lwm2mWorld([anLwm2mTask(fields)], facts);
    expect(await world.talk('HEARD')).toEqual([]);
    expect(await failure(world)).toEqual({ status: 'FAILED', cause: 'UNSUPPORTED_PACKAGE_TYPE' });
  });

  test('R-PKG-6 a version that the package does not upgrade', async () => {
    const world = lwm2mWorld([anLwm2mTask()], theFacts({}, { package: aPackage({ sourceVersions: ['1.5.0'] }) }));
    await world.talk('HEARD');
    expect(await failure(world)).toEqual({ status: 'FAILED', cause: 'SOURCE_VERSION_NOT_ELIGIBLE' });
    expect(world.device.deliveries).toEqual([]);
  });

  test('no protocol in common: nothing is written', async () => {
    const world = lwm2mWorld();
    Object.assign(world.device, { delivery: 0, protocols: [4] });
    await world.talk('HEARD');
    expect(await failure(world)).toEqual({ status: 'FAILED', cause: 'UNSUPPORTED_PROTOCOL' });
    expect(world.device.asks).toEqual(['look']);
  });

  test('at state 1 from the start: reset, and then it goes on', async () => {
    const world = lwm2mWorld();
    world.device.state = 1;
    expect(await world.talk('HEARD')).toEqual(['look', 'reset', 'look', 'offer https']);
    expect(world.device.deliveries).toEqual([{ kind: 'offer', state: 0 }]);
  });

  test('at state 1 for ever', async () => {
    const world = lwm2mWorld();
    Object.assign(world.device, { state: 1, misbehaves: { reset: () => ({ kind: 'reset', outcome: { state: 1 } }) } });
    expect(await world.talk('HEARD')).toEqual(['look', 'reset']);
    expect(await failure(world)).toEqual({ status: 'FAILED', cause: 'DEVICE_REJECTED_REQUEST' });
  });

  test('without a send time it is asked again in its turn', async () => {
    const world = lwm2mWorld();
    world.core.pacers.takeOne = async () => false;
    expect(await world.talk('HEARD')).toEqual(['look']);
    expect(world.task()).toMatchObject({ status: 'QUEUED', offerAt: world.core.now, waitBy: null, negotiation: { queriedAt: null } });
    expect(world.core.told()).toContain('wake batch1');
    expect(await world.talk('HEARD')).toEqual([]);
    expect(await world.talk('PUSHED')).toEqual(['look']);
  });

  test.each([
    ['4.00', 9, 'UNSUPPORTED_PROTOCOL'],
    ['4.00', 7, 'INVALID_URI'],
    ['4.00', 0, 'DEVICE_REJECTED_REQUEST'],
    ['4.04', null, 'DEVICE_REJECTED_REQUEST'],
  ])('an address that it refuses with %s and result %s', async (refused, result, cause) => {
    const world = lwm2mWorld();
    world.device.misbehaves.offer = () => ({ kind: 'offered', outcome: { refused, text: '', result } });
    await world.talk('HEARD');
    expect(await failure(world)).toEqual({ status: 'FAILED', cause });
    expect(world.core.told().filter((told) => told.startsWith('check'))).toEqual([]);
  });

  test('an address that it does not answer is written three times at most', async () => {
    const world = lwm2mWorld();
    world.device.misbehaves.offer = () => ({ kind: 'offered', outcome: { failed: 'SILENT' } });
    await world.talk('HEARD');
    for (let i = 0; i < 4; i++) await world.later(MINUTE);
    expect(await failure(world)).toEqual({ status: 'FAILED', cause: 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT' });
    expect(world.device.asks.filter((ask) => ask === 'offer')).toHaveLength(3);
  });

  test('the gateway dies after the device has accepted: what it has begun with is reset', async () => {
    const world = lwm2mWorld();
    const { deviceId } = world.task();
    const look = await world.upgrades.begin(deviceId, 'HEARD');
    const offer = look && (await world.upgrades.answered(deviceId, look, world.device.answer(look)));
    expect(offer?.kind).toBe('offer');
    world.device.state = 1;
    expect(await world.talk('REGISTERED')).toEqual(['look', 'reset', 'look', 'offer https']);
    // The answer that was under way is about the delivery before.
    expect(offer && (await world.upgrades.answered(deviceId, offer, { kind: 'offered', outcome: 'ACCEPTED' }))).toBeNull();
    expect(world.task()).toMatchObject({ notifications: 1, lwm2m: { deliveries: 2 } });
  });
});

describe('R-FLOW-5 after a device has accepted a package', () => {
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

  test('after a Register in the middle the observations are made again', async () => {
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
    expect(await failure(world)).toEqual({ status: 'FAILED', cause: 'CONNECTION_LOST_DURING_DOWNLOADING_PROCESS' });
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
    expect(await failure(world)).toEqual({ status: 'FAILED', cause });
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
    expect(await failure(world)).toEqual({ status: 'FAILED', cause: 'DEVICE_REJECTED_REQUEST' });
  });

  test('its user puts it off, for as long as the device says and 30 minutes', async () => {
    const world = await installing(lwm2mWorld());
    Object.assign(world.device, { state: 2, result: 11, deferSeconds: 3_600 });
    await world.tells({ result: 11 });
    expect(world.task()).toMatchObject({ status: 'IN_PROGRESS', lwm2m: { step: 'DEFERRED', deferSeconds: 3_600 } });
    await world.later(80 * MINUTE);
    expect(world.task().status).toBe('IN_PROGRESS');
    await world.later(11 * MINUTE);
    expect(await failure(world)).toEqual({ status: 'FAILED', cause: 'FIRMWARE_UPDATE_DEFERRED' });
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
    expect(await failure(world)).toEqual({ status: 'FAILED', cause: 'FIRMWARE_UPDATE_FAILED' });
  });

  test('another version than it had and should have', async () => {
    const world = await installing(lwm2mWorld());
    Object.assign(world.device, { state: 0, version: '1.7.0' });
    await world.talk('REGISTERED');
    expect(await failure(world)).toEqual({ status: 'FAILED', cause: 'UNEXPECTED_VERSION_REPORTED' });
  });

  test.each([
    ['comes back', 'WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT', false],
    ['does not come back', 'UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT', true],
  ])('R-TASK-10 it hangs in Updating, and %s', async (_, cause, silent) => {
    const world = await installing(lwm2mWorld());
    await world.tells({ state: 3 });
    world.device.silent = silent;
    for (let i = 0; i < 7; i++) await world.later(5 * MINUTE);
    expect(await failure(world)).toEqual({ status: 'FAILED', cause });
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

describe('R-TASK-8 a task that has ended leaves no package behind', () => {
  const cancel = (world: World) => transition(world.core.tasks, world.task(), { kind: 'canceled', cause: null }, world.core.now);

  test('its device is looked at, and reset', async () => {
    const world = await downloading(lwm2mWorld());
    await cancel(world);
    expect(world.task()).toMatchObject({ status: 'CANCELED', look: { gatewayId: 'gw-1', at: world.core.now } });
    world.device.asks = [];
    await world.later(SECOND);
    expect(world.device.asks).toEqual(['look', 'reset']);
    expect(world.task().look).toBeNull();
  });

  test('an idle device is left alone: to some, a reset is an order', async () => {
    const world = await downloading(lwm2mWorld());
    await cancel(world);
    Object.assign(world.device, { state: 0, asks: [] });
    await world.later(SECOND);
    expect(world.device.asks).toEqual(['look']);
    expect(world.task().look).toBeNull();
  });

  test('one that does not answer is reset when it is heard, within a day', async () => {
    const world = await downloading(lwm2mWorld());
    await cancel(world);
    world.device.silent = true;
    await world.later(SECOND);
    world.device.silent = false;
    expect(await world.talk('HEARD')).toEqual(['look', 'reset']);
    expect(world.task().look).toBeNull();
  });

  test('nor after a day', async () => {
    const world = await downloading(lwm2mWorld());
    await cancel(world);
    world.core.now = new Date(world.core.now.getTime() + 25 * HOUR);
    expect(await world.talk('REGISTERED')).toEqual(['look']);
    expect([world.task().look, world.device.resets]).toEqual([null, 0]);
  });

  test.each<[string, TaskEvent]>([
    ['success', { kind: 'succeeded' }],
    ['a retry', { kind: 'attemptFailed', attempt: 1, cause: 'FIRMWARE_UPDATE_FAILED', text: null, retryAt: new Date() }],
  ])('%s leaves nothing to do', async (_, event) => {
    const world = await downloading(lwm2mWorld());
    expect(nextState(world.task(), event, world.core.now)?.set).toMatchObject({ look: null });
  });

  test('a newer task resets by itself', async () => {
    const world = await downloading(lwm2mWorld());
    await cancel(world);
    const next = anLwm2mTask({ _id: 'batch2.upd7Kx2QmZ1.meter-1', batchId: 'batch2', deviceId: world.task().deviceId });
    const both = lwm2mWorld([next, world.task()]);
    both.device.state = 1;
    both.core.pacers.take('batch2', 0.001, 0);
    expect(await both.talk('HEARD')).toEqual(['look', 'reset', 'look', 'offer https']);
    expect(both.core.tasks.all().map(({ look }) => look?.at ?? null)[1]).toBeNull();
  });
});
