import { parseClientId, parseUserName } from '../../gateways/mqtt/link/auth';
import { PRODUCT_KEY } from './recording-core';
import { connackOf, deviceOptions, hex, type Running, startGateway, TIMESTAMP } from './support';

const USER = `meter-0001&${PRODUCT_KEY}`;
const ID = `${PRODUCT_KEY}.meter-0001`;
const SHA256 = '1BE26D78D6657B7734C0036291944F701D3B61766DC1A6AD83E14CC8784982E4';
const clientId = (signmethod: string, { id = ID, timestamp = `timestamp=${TIMESTAMP},` } = {}) =>
  `${id}|${timestamp}_ss=1,securemode=3,signmethod=${signmethod},ext=3|`;

describe('R-FLOW-1 Link authentication (device-protocols §1.1)', () => {
  let running: Running;
  beforeAll(async () => {
    running = await startGateway();
    running.core.disabled.add('disabled');
    running.core.unknown.add('unknown');
  });
  afterAll(() => running.stop());

  test.each([
    ['HMAC-SHA256', clientId('hmacsha256'), SHA256],
    ['HMAC-SHA256 in lower case', clientId('hmacsha256'), SHA256.toLowerCase()],
    ['HMAC-SHA1', clientId('hmacsha1'), 'D578795766C17F247A0DDFA2C668CC395BDC8EB3'],
    ['HMAC-MD5', clientId('hmacmd5'), 'E714F3EF3EDD324A0680D83C818D5117'],
    ['HMAC-SHA1 in lower case', clientId('hmacsha1'), 'd578795766c17f247a0ddfa2c668cc395bdc8eb3'],
    ['HMAC-MD5 in lower case', clientId('hmacmd5'), 'e714f3ef3edd324a0680d83c818d5117'],
    ['securemode of TLS', clientId('hmacsha256').replace('securemode=3', 'securemode=2'), SHA256],
    ['no timestamp', clientId('hmacsha256', { timestamp: '' }), 'AB4B3C7B55C63012092A07327A4C8264BBBD8AE8D498D643F51FA8AE7405A840'],
    [
      'an id of its own',
      clientId('hmacsha1', { id: '0a1b2c3d4e5f', timestamp: 'timestamp=1700000000000,' }),
      '0B5159409A65BCD9E04FC211ED31390FBF587558',
    ],
    ['pairs of SDK 3', clientId('hmacsha256').replace('ext=3', 'ext=3,lan=C,gw=0'), SHA256],
  ])('R-FLOW-1 accepted: %s', async (_name, id, password) => {
    expect(await connackOf(running.url, { clientId: id, username: USER, password })).toBe(0);
  });

  test.each([
    ['a wrong password', 4, { password: SHA256.replace('1', '2') }],
    ['a password that is cut', 4, { password: SHA256.slice(0, 63) }],
    ['a password that is much too long', 4, { password: SHA256.repeat(20) }],
    ['an empty password', 4, { password: '' }],
    ['no user name', 4, { username: undefined, password: undefined }],
    ['a user name without a product key', 4, { username: 'meter-0001' }],
    ['a user name that would be two topic levels', 4, { username: `meter/0001&${PRODUCT_KEY}` }],
    ['the password of another sign method', 4, { clientId: clientId('hmacmd5') }],
    ["another device's name with this device's password", 4, { username: `meter-0002&${PRODUCT_KEY}` }],
    ['an unknown device', 4, deviceOptions({ deviceName: 'unknown' })],
    ['a disabled device', 5, deviceOptions({ deviceName: 'disabled' })],
    ['a disabled device with a wrong password', 4, { ...deviceOptions({ deviceName: 'disabled' }), password: SHA256 }],
    ['a client id without bars', 2, { clientId: ID }],
    ['a client id without an id', 2, { clientId: '|securemode=3,signmethod=hmacsha256|' }],
    ['an unknown sign method', 2, { clientId: clientId('hmacsha512') }],
    ['a client id that is too long', 2, { clientId: `${ID}|${'x=y,'.repeat(200)}signmethod=hmacsha256|` }],
    ['a store that does not answer', 3, deviceOptions({ deviceName: 'no-database' })],
  ])('R-FLOW-1 refused: %s → CONNACK %i', async (_name, code, changes) => {
    expect(await connackOf(running.url, { ...deviceOptions(), ...changes })).toBe(code);
  });

  test('R-FLOW-1 refusals are counted by reason, and no refused device was ever on-line', async () => {
    expect(await running.counted('connects_total', { result: 'disabled' })).toBe(1);
    expect(await running.counted('connects_total', { result: 'unavailable' })).toBe(1);
    const online = running.core.calls.flatMap((each) => (each.call === 'connected' ? [each.deviceId] : []));
    expect(new Set(online)).toEqual(new Set([ID]));
  });
});

test.each([
  ['3.1', { protocolVersion: 3, protocolId: 'MQIsdp' } as const, 0],
  ['3.1.1', { protocolVersion: 4 } as const, 0],
  ['5.0', { protocolVersion: 5 } as const, 1],
])('R-FLOW-1 MQTT %s', async (_name, version, code) => {
  const running = await startGateway();
  expect(await connackOf(running.url, { ...deviceOptions(), ...version })).toBe(code);
  await running.stop();
});

test('R-FLOW-1 a client id is read leniently: order, unknown pairs and case do not matter', () => {
  expect(parseClientId('mac|signmethod=HmacSHA1,foo=bar=baz,timestamp=7|')).toEqual({ id: 'mac', hash: 'sha1', timestamp: '7' });
  expect(parseClientId('mac|signmethod=hmacmd5')).toEqual({ id: 'mac', hash: 'md5', timestamp: null });
});

test('R-FLOW-1 the last ampersand of a user name divides', () => {
  expect(parseUserName('a&b&prod1')).toEqual({ productKey: 'prod1', deviceName: 'a&b' });
  expect(parseUserName('&prod1')).toBeNull();
  expect(parseUserName('a&')).toBeNull();
});

test('R-FLOW-1 the virtual signature of these tests is that of the vectors', () => {
  expect(hex('sha256', `clientId${ID}deviceNamemeter-0001productKey${PRODUCT_KEY}timestamp${TIMESTAMP}`)).toBe(SHA256);
});
