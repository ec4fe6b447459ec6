import { aPackage, theFacts } from '../../../support/builders';
import { anLwm2mTask, failureOf, lwm2mWorld, type World } from '../../../support/lwm2m-world';

const MINUTE = 60_000;

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

  test('R-BAT-7 without proactive push a Register asks, and nothing else; there is no rate then', async () => {
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
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'WAITING_FOR_REPORT_DEVICE_FIRMWARE_VERSION_TIMEOUT' });
  });

  test.each([
    ['several files', theFacts({}, { package: aPackage({ files: [...aPackage().files, ...aPackage().files] }) }), {}],
    ['MQTT', theFacts({ downloadProtocol: 'MQTT' }), {}],
    ['another module', theFacts(), { module: 'mcu' }],
  ])('a package that cannot be brought to it: %s', async (_, facts, fields) => {
    const world = lwm2mWorld([anLwm2mTask(fields)], facts);
    expect(await world.talk('HEARD')).toEqual([]);
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'UNSUPPORTED_PACKAGE_TYPE' });
  });

  test('R-PKG-6 a version that the package does not upgrade', async () => {
    const world = lwm2mWorld([anLwm2mTask()], theFacts({}, { package: aPackage({ sourceVersions: ['1.5.0'] }) }));
    await world.talk('HEARD');
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'SOURCE_VERSION_NOT_ELIGIBLE' });
    expect(world.device.deliveries).toEqual([]);
  });

  test('no protocol in common: nothing is written', async () => {
    const world = lwm2mWorld();
    Object.assign(world.device, { delivery: 0, protocols: [4] });
    await world.talk('HEARD');
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'UNSUPPORTED_PROTOCOL' });
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
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'DEVICE_REJECTED_REQUEST' });
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
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause });
    expect(world.core.told().filter((told) => told.startsWith('check'))).toEqual([]);
  });

  test('an address that it does not answer is written three times at most', async () => {
    const world = lwm2mWorld();
    world.device.misbehaves.offer = () => ({ kind: 'offered', outcome: { failed: 'SILENT' } });
    await world.talk('HEARD');
    for (let i = 0; i < 4; i++) await world.later(MINUTE);
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT' });
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
