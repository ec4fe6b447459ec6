import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { deviceOfIotdaId, isHourNear, parseIotdaClientId } from '../../gateways/mqtt/iotda/auth';
import { iotdaOptions, NOW, startIotdaGateway, VECTOR } from './iotda-support';
import { PRODUCT_KEY } from './recording-core';
import { connackOf, deviceOptions, hex, inbox, type Running } from './support';

const { id, hour, password, deviceName, secret } = VECTOR;

describe('R-FLOW-2 IoTDA authentication (device-protocols §2.1)', () => {
  let running: Running;
  beforeAll(async () => {
    running = await startIotdaGateway();
    for (const name of ['unknown', 'frozen', 'a_b']) running.core.iotda.add(name);
    running.core.unknown.add('unknown');
    running.core.disabled.add('frozen');
  });
  afterAll(() => running.stop());

  const named = (name: string, more = {}) => {
    const other = `${VECTOR.productKey}_${name}`;
    return iotdaOptions({ clientId: `${other}_0_0_${hour}`, username: other, ...more });
  };
  const at = (otherHour: string, checked = 1) => ({ clientId: `${id}_0_${checked}_${otherHour}`, password: hmac(otherHour) });
  const hmac = (otherHour: string) => createHmac('sha256', otherHour).update(secret).digest('hex');

  test.each([
    ['the test vector', {}],
    ['the test vector, the time checked', { clientId: `${id}_0_1_${hour}` }],
    ['its password in upper case', { password: password.toUpperCase() }],
    ['an hour long ago, the time not checked', at('2020010100', 0)],
    ['an hour early, the time checked', at('2026112020')],
    ['an hour late, the time checked', at('2026112022')],
    ['by node id', { clientId: `${deviceName}_2_0_${hour}`, username: deviceName }],
    ['by node id, the time checked', { clientId: `${deviceName}_2_1_${hour}`, username: deviceName }],
    ['a name with an underscore', named('a_b')],
  ])('R-FLOW-2 accepted: %s', async (_name, changes) => {
    expect(await connackOf(running.url, iotdaOptions(changes))).toBe(0);
  });

  test.each([
    ['two hours early, the time checked', 4, at('2026112019')],
    ['two hours late, the time checked', 4, at('2026112023')],
    ['a day off, the time checked', 4, at('2026111921')],
    ['an hour that there is not, the time checked', 4, at('2026139999')],
    ['the password of another hour', 4, { clientId: `${id}_0_0_2026112020` }],
    ['key and message the other way round', 4, { password: hex('sha256', hour).toLowerCase() }],
    ['no password, as with a certificate', 4, { password: undefined }],
    ['a password that is cut', 4, { password: password.slice(1) }],
    ['a password that is much too long', 4, { password: password.repeat(9) }],
    ['a user name other than the id', 4, { username: `${VECTOR.productKey}_other` }],
    ['an id without a product', 4, { clientId: `meter-0001_0_0_${hour}`, username: 'meter-0001' }],
    ['an unknown device', 4, named('unknown')],
    ['an unknown node', 4, { clientId: `unknown_2_0_${hour}`, username: 'unknown' }],
    ['a device that speaks another dialect', 4, named('a-link-device')],
    ['a frozen device', 5, named('frozen')],
    ['a frozen device with a wrong password', 4, named('frozen', { password: 'x' })],
    ['another kind of id', 2, { clientId: `${id}_1_0_${hour}` }],
    ['no hour', 2, { clientId: `${id}_0_0` }],
    ['a bridge', 2, { clientId: `${id}_3_0_${hour}` }],
    ['a bridge, the time checked', 2, { clientId: `${id}_3_1_${hour}` }],
  ])('R-FLOW-2 refused: %s → CONNACK %i', async (_name, code, changes) => {
    expect(await connackOf(running.url, iotdaOptions(changes))).toBe(code);
  });

  test('R-FLOW-7 an IoTDA device that signs in the Link way is refused too, and the log says why', async () => {
    running.core.secret = '0123456789abcdef0123456789abcdef';
    const code = await connackOf(running.url, deviceOptions());
    running.core.secret = secret;
    expect(code).toBe(4);
    expect(await running.counted('connects_total', { result: 'wrong_dialect' })).toBeGreaterThanOrEqual(1);
    expect(running.log).toContainEqual(
      expect.objectContaining({ deviceId: `${PRODUCT_KEY}.meter-0001`, registered: 'IOTDA', spoken: 'LINK' }),
    );
  });

  test('R-FLOW-7 an LwM2M device that tries MQTT is refused, with its right secret too', async () => {
    running.core.lwm2m.add('cell-0001');
    const node = `${VECTOR.productKey}_cell-0001`;
    expect(await connackOf(running.url, iotdaOptions({ clientId: `${node}_0_0_${hour}`, username: node }))).toBe(4);
    expect(running.log).toContainEqual(
      expect.objectContaining({ deviceId: `${VECTOR.productKey}.cell-0001`, registered: 'LWM2M', spoken: 'IOTDA' }),
    );
  });

  test('R-FLOW-2 why a bridge is refused stands in the log and in the counters, once for each reason', async () => {
    const before = await running.counted('connects_total', { result: 'unreadable' });
    const bridges = await running.counted('connects_total', { result: 'bridge' });
    const clientId = `${id}_3_0_${hour}`;
    expect(await connackOf(running.url, iotdaOptions({ clientId }))).toBe(2);
    expect(await running.counted('connects_total', { result: 'bridge' })).toBe(bridges + 1);
    expect(await running.counted('connects_total', { result: 'unreadable' })).toBe(before);
    expect(running.log).toContainEqual(expect.objectContaining({ clientId, msg: expect.stringContaining('bridges are not served') }));
  });

  test('R-FLOW-2 who connects by node id is spoken to by it', async () => {
    const device = await running.connect(iotdaOptions({ clientId: `${deviceName}_2_0_${hour}`, username: deviceName }));
    const received = inbox(device);
    expect(await running.gateway.link.queryVersion({ deviceId: `${PRODUCT_KEY}.${deviceName}`, dialect: 'IOTDA' })).toBe(true);
    await device.publishAsync(`$oc/devices/${deviceName}/sys/events/up`, '{"services":[]}', { qos: 1 });
    expect(received[0]?.topic).toBe(`$oc/devices/${deviceName}/sys/events/down`);
    expect(JSON.parse(received[0]?.payload ?? '')).toMatchObject({ object_device_id: deviceName });
  });
});

test('R-FLOW-2 a client id is read from the right: the id may have underscores, and whatever it is nothing throws', () => {
  expect(parseIotdaClientId('a_b_c_0_1_2026112021')).toEqual({
    id: 'a_b_c',
    identifiedBy: 'device',
    timeChecked: true,
    hour: '2026112021',
  });
  expect(parseIotdaClientId('n_2_0_2026112021')).toMatchObject({ id: 'n', identifiedBy: 'node', timeChecked: false });
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => parseIotdaClientId(text) === null || deviceOfIotdaId(text) !== undefined));
});

test('R-FLOW-2 the first underscore of a device id divides product and device', () => {
  expect(deviceOfIotdaId('prod1_a_b')).toEqual({ productKey: 'prod1', deviceName: 'a_b' });
  for (const wrong of ['prod1', '_a', 'prod1_', 'p_a', 'prod1_a/b', 'prod1_+']) expect(deviceOfIotdaId(wrong)).toBeNull();
});

test('R-FLOW-2 the hour is compared by hours, across days and years', () => {
  expect(isHourNear('2026112021', NOW, 0)).toBe(true);
  expect(isHourNear('2026112020', NOW, 0)).toBe(false);
  expect(isHourNear('2026123123', new Date('2027-01-01T00:59:59Z'), 1)).toBe(true);
  expect(isHourNear('2026123122', new Date('2027-01-01T00:00:00Z'), 1)).toBe(false);
});
