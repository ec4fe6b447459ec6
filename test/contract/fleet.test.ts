import { reportVersion } from '../../core/devices/report-version';
import { createDeviceService } from '../../core/devices/service';
import { NO_MEMBERSHIPS } from '../../core/memberships/memberships';
import { createProductService } from '../../core/products/service';
import { FIXED_LIMITS } from '../../schema/model/limits';
import { runsOneOf } from '../../schema/mongo/devices';
import { handClock, operator, productParts, refusal, settingsWith, spectator } from '../support/core-parts';
import { useStore } from '../support/store';

const clock = handClock();
const presence: [string, string | null][] = [];
const resets: string[] = [];
const store = useStore();
let products: ReturnType<typeof createProductService>;
let devices: ReturnType<typeof createDeviceService>;

beforeEach(async () => {
  presence.length = 0;
  resets.length = 0;
  const settings = settingsWith();
  products = createProductService({ collections: store.collections, settings, clock, ...productParts(store, clock) });
  devices = createDeviceService({
    store,
    settings,
    clock,
    memberships: NO_MEMBERSHIPS,
    ...productParts(store, clock),
    onPresence: async (deviceId, { gatewayId }) => void presence.push([deviceId, gatewayId]),
    onGatewayReset: async (gatewayId) => void resets.push(gatewayId),
  });
  await products.create(operator, { key: 'meter', name: 'Water meter' });
});

const names = (count: number) => Array.from({ length: count }, (_, index) => ({ deviceName: `dev-${index}` }));

describe('products', () => {
  test('a product without a key gets one, and a key is taken once', async () => {
    const { _id } = await products.create(operator, { name: 'Gas meter' });
    expect(_id).toMatch(/^[A-Za-z0-9]{4,32}$/);
    expect(await products.get(_id)).toMatchObject({ name: 'Gas meter', dialect: 'LINK' });
    expect(await refusal(products.create(operator, { key: _id, name: 'again' }))).toEqual([{ code: 'PRODUCT_EXISTS', field: 'key' }]);
  });

  test('all that is wrong with a product is told at once, and a viewer makes none', async () => {
    expect(await refusal(products.create(operator, { key: 'a.b', name: '' }))).toEqual([
      { code: 'INVALID_FORMAT', field: 'key' },
      { code: 'REQUIRED', field: 'name' },
    ]);
    expect(await refusal(products.create(spectator, { name: 'x' }))).toEqual([{ code: 'NOT_ALLOWED' }]);
  });
});

describe('registration', () => {
  test('R-DEV-6 a thousand at once, in order, each with a secret', async () => {
    const made = await devices.register(operator, 'meter', names(1_000));
    expect(made.map(({ deviceName }) => deviceName)).toEqual(names(1_000).map(({ deviceName }) => deviceName));
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(1_000);
    expect(await devices.credentials('meter', 'dev-999')).toMatchObject({ secret: made[999]?.secret, enabled: true, dialect: 'LINK' });
    expect(await devices.credentials('meter', 'nobody')).toBeNull();
  });

  test('a device that is there already is named, and none of the list is registered', async () => {
    await devices.register(operator, 'meter', [{ deviceName: 'dev-3' }]);
    expect(await refusal(devices.register(operator, 'meter', names(5)))).toEqual([
      { code: 'DEVICE_EXISTS', field: 'devices[3].deviceName' },
    ]);
    expect(await store.collections.devices.countDocuments()).toBe(1);
  });

  test('two callers with the same names at once: one gets all, the other none', async () => {
    const calls = await Promise.allSettled([
      devices.register(operator, 'meter', names(50)),
      devices.register(operator, 'meter', names(50)),
    ]);
    expect(calls.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await store.collections.devices.countDocuments()).toBe(50);
  });

  test('bad rows are all named and nothing is kept', async () => {
    const rows = [{ deviceName: 'good-1' }, { deviceName: 'a b' }, { deviceName: 'good-1' }, { deviceName: 'good-2', secret: 'short' }];
    expect(await refusal(devices.register(operator, 'meter', rows))).toEqual([
      { code: 'INVALID_FORMAT', field: 'devices[1].deviceName' },
      { code: 'INVALID_FORMAT', field: 'devices[3].secret' },
      { code: 'DEVICE_EXISTS', field: 'devices[2].deviceName' },
    ]);
    expect(await store.collections.devices.countDocuments()).toBe(0);
  });

  test('no device, more than a thousand, an unknown product and a viewer are refused', async () => {
    expect(await refusal(devices.register(operator, 'meter', []))).toEqual([{ code: 'REQUIRED', field: 'devices' }]);
    expect(await refusal(devices.register(operator, 'meter', names(1_001)))).toEqual([{ code: 'TOO_MANY', field: 'devices' }]);
    expect(await refusal(devices.register(operator, 'nobody', names(1)))).toEqual([{ code: 'PRODUCT_UNKNOWN', field: 'productKey' }]);
    expect(await refusal(devices.register(spectator, 'meter', names(1)))).toEqual([{ code: 'NOT_ALLOWED' }]);
  });
});

describe('R-DEV-1 versions', () => {
  const report = (module: string, version: string) => reportVersion(store.collections, 'meter.dev-0', module, version, clock());
  beforeEach(() => devices.register(operator, 'meter', names(2)));

  test('each module keeps its version and when it came, and the one before is told', async () => {
    expect(await report('default', '1.0.0')).toMatchObject({ previous: null });
    expect(await report('radio', '7')).toMatchObject({ previous: null });
    clock.advance(1_000);
    expect(await report('default', '2.0.0')).toMatchObject({ previous: '1.0.0' });
    expect(await devices.get('meter.dev-0')).toMatchObject({
      modules: { default: { version: '2.0.0', reportedAt: clock() }, radio: { version: '7' } },
      moduleVersions: ['radio=7', 'default=2.0.0'],
    });
  });

  test('a module whose name ends another’s, or is a number, is its own', async () => {
    for (const module of ['a', 'aa', '0']) await report(module, '1');
    await report('a', '2');
    const device = await store.collections.devices.findOne({ _id: 'meter.dev-0' });
    expect(device?.moduleVersions).toEqual(['aa=1', '0=1', 'a=2']);
    expect(device?.modules).toMatchObject({ aa: { version: '1' }, 0: { version: '1' }, a: { version: '2' } });
  });

  test('a device that is unknown, or names one module too many, changes nothing', async () => {
    expect(await reportVersion(store.collections, 'meter.nobody', 'default', '1', clock())).toBeNull();
    for (let index = 0; index < FIXED_LIMITS.modulesPerDevice; index++) await report(`m${index}`, '1');
    expect(await report('one-more', '1')).toBeNull();
    expect(await report('m0', '2')).toMatchObject({ previous: '1' });
  });

  test('devices are found by what they run', async () => {
    await report('default', '1.0.0');
    await reportVersion(store.collections, 'meter.dev-1', 'default', '1.0.1', clock());
    const found = await store.collections.devices.find({ productKey: 'meter', ...runsOneOf('default', ['1.0.0', '9']) }).toArray();
    expect(found.map(({ deviceName }) => deviceName)).toEqual(['dev-0']);
  });
});

describe('R-DEV-2 presence', () => {
  const id = 'meter.dev-0';
  beforeEach(() => devices.register(operator, 'meter', names(3)));

  test('a session on and off, each told after it is stored', async () => {
    await devices.connected(id, 'gw-1', 's1');
    expect(await devices.get(id)).toMatchObject({ online: true, gatewayId: 'gw-1', sessionId: 's1', onlineChangedAt: clock() });
    await devices.disconnected(id, 's1');
    expect(await devices.get(id)).toMatchObject({ online: false, gatewayId: null, sessionId: null });
    expect(presence).toEqual([
      [id, 'gw-1'],
      [id, null],
    ]);
  });

  test('the end of a session that was taken over changes nothing', async () => {
    await devices.connected(id, 'gw-1', 's1');
    clock.advance(1_000);
    await devices.connected(id, 'gw-2', 's2');
    await devices.disconnected(id, 's1');
    expect(await devices.get(id)).toMatchObject({ online: true, gatewayId: 'gw-2', sessionId: 's2', onlineChangedAt: clock() });
    expect(presence).toHaveLength(2);
  });

  test('a gateway that is reset leaves its devices off-line, and no others', async () => {
    await devices.connected('meter.dev-0', 'gw-1', 's0');
    await devices.connected('meter.dev-1', 'gw-2', 's1');
    await devices.gatewayReset('gw-1');
    const [first, second, third] = await devices.getMany(['meter.dev-0', 'meter.dev-1', 'meter.nobody']);
    expect([first?.online, second?.online, third]).toEqual([false, true, null]);
    expect(resets).toEqual(['gw-1']);
  });

  test('R-DEV-2 a gateway that was reset by mistake has its devices on-line again; one that is on-line elsewhere, disabled or gone is left', async () => {
    const [first, second, third] = ['meter.dev-0', 'meter.dev-1', 'meter.dev-2'] as const;
    for (const [deviceId, session] of [[first, 's0'] as const, [second, 's1'] as const, [third, 's2'] as const])
      await devices.connected(deviceId, 'gw-1', session);
    await devices.gatewayReset('gw-1');
    await devices.connected(second, 'gw-2', 's3');
    await devices.setEnabled(operator, [third], false);
    const connected = [first, second, third, 'meter.nobody'].map((deviceId) => ({ deviceId }));
    expect(await devices.reviewConnected(connected)).toEqual({ notAllowed: [third, 'meter.nobody'], offline: [first] });
    presence.length = 0;
    for (const [deviceId, session] of [
      [first, 's0'] as const,
      [second, 's1'] as const,
      [third, 's2'] as const,
      ['meter.nobody', 's9'] as const,
    ])
      await devices.stillConnected(deviceId, 'gw-1', session);
    expect(presence).toEqual([[first, 'gw-1']]);
    const sessions = await devices.getMany([first, second, third]);
    expect(sessions.map((each) => [each?.online, each?.sessionId])).toEqual([
      [true, 's0'],
      [true, 's3'],
      [false, null],
    ]);
  });

  test('R-DEV-2 behind a broker a device is on-line with its first message, and told of once', async () => {
    const heard = { deviceId: id, dialect: 'LINK' as const, gatewayId: 'broker/main', sessionId: 's1' };
    expect(await devices.heard(heard)).not.toBeNull();
    expect(await devices.heard({ ...heard, sessionId: 's2' })).not.toBeNull();
    expect(await devices.heard({ ...heard, sessionId: null })).not.toBeNull();
    expect(await devices.sessionAt(id, 'broker/main')).toBe('s2');
    expect(await devices.sessionAt(id, 'gw-1')).toBeNull();
    expect(presence).toEqual([[id, 'broker/main']]);
    await devices.connected(id, 'gw-1', 'own');
    expect(await devices.heard(heard)).not.toBeNull();
    expect(presence.slice(1)).toEqual([
      [id, 'gw-1'],
      [id, 'broker/main'],
    ]);
  });

  test('R-DEV-2 it leaves only when it was not heard since', async () => {
    const heard = { deviceId: id, dialect: 'LINK' as const, gatewayId: 'broker/main' };
    await devices.heard({ ...heard, sessionId: 's1' });
    await devices.heard({ ...heard, sessionId: 's2' });
    expect(await devices.left(id, 'broker/main', { is: 's1' })).toBe(false);
    expect(await devices.get(id)).toMatchObject({ online: true });
    expect(await devices.left(id, 'broker/main', { is: 's2' })).toBe(true);
    expect(await devices.get(id)).toMatchObject({ online: false, gatewayId: null, sessionId: null });
    expect(await devices.left(id, 'broker/main', { is: 's2' })).toBe(true);
    await devices.connected(id, 'broker/main', 't05');
    expect(await devices.left(id, 'broker/main', { until: 't04' })).toBe(false);
    expect(await devices.left(id, 'broker/main', { until: 't06' })).toBe(true);
    expect(presence.map(([, gatewayId]) => gatewayId)).toEqual(['broker/main', null, 'broker/main', null]);
  });

  test('R-DEV-2 a device that is unknown, disabled or of another dialect is not heard', async () => {
    const heard = { deviceId: id, dialect: 'LINK' as const, gatewayId: 'broker/main', sessionId: 's1' };
    expect(await devices.heard({ ...heard, deviceId: 'meter.nobody' })).toBeNull();
    expect(await devices.heard({ ...heard, dialect: 'IOTDA' })).toBeNull();
    await store.collections.devices.updateOne({ _id: id }, { $set: { enabled: false } });
    expect(await devices.heard(heard)).toBeNull();
    expect(presence).toEqual([]);
  });

  test('an unknown device has no presence', async () => {
    await devices.connected('meter.nobody', 'gw-1', 's1');
    expect(presence).toEqual([]);
    expect(await devices.get('meter.nobody')).toBeNull();
  });
});

describe('device list', () => {
  const listed = async (filter: Parameters<typeof devices.list>[0]) => (await devices.list(filter, {})).rows.map(({ node }) => node._id);

  test('filters by product, presence, name, module and version', async () => {
    await products.create(operator, { key: 'meter2', name: 'Other' });
    await devices.register(operator, 'meter', [{ deviceName: 'east-1' }, { deviceName: 'east-2' }, { deviceName: 'west-1' }]);
    await devices.register(operator, 'meter2', [{ deviceName: 'east-9' }]);
    await devices.connected('meter.east-2', 'gw', 's');
    await reportVersion(store.collections, 'meter.west-1', 'radio', '7', clock());
    expect(await listed({})).toHaveLength(4);
    expect(await listed({ productKey: 'meter' })).toEqual(['meter.east-1', 'meter.east-2', 'meter.west-1']);
    expect(await listed({ productKey: 'meter', namePrefix: 'east' })).toEqual(['meter.east-1', 'meter.east-2']);
    expect(await listed({ productKey: 'meter', online: true })).toEqual(['meter.east-2']);
    expect(await listed({ productKey: 'meter', module: 'radio' })).toEqual(['meter.west-1']);
    expect(await listed({ productKey: 'meter', module: 'radio', version: '8' })).toEqual([]);
    expect(await refusal(devices.list({ namePrefix: 'east' }, {}))).toEqual([{ code: 'REQUIRED', field: 'filter.productKey' }]);
  });
});
