import { linkCredentials } from '../support/devices/link/link-identity';

const identity = { productKey: 'upd7Kx2QmZ1', deviceName: 'meter-0001', secret: '0123456789abcdef0123456789abcdef' };

test.each([
  ['hmacsha256', '1BE26D78D6657B7734C0036291944F701D3B61766DC1A6AD83E14CC8784982E4'],
  ['hmacsha1', 'D578795766C17F247A0DDFA2C668CC395BDC8EB3'],
  ['hmacmd5', 'E714F3EF3EDD324A0680D83C818D5117'],
] as const)('device-protocols §1.1: the password by %s is the test vector', (signMethod, password) => {
  const credentials = linkCredentials({ ...identity, signMethod });
  expect(credentials).toEqual({
    clientId: `upd7Kx2QmZ1.meter-0001|timestamp=2524608000000,_ss=1,_v=sdk-c-4.1.0,securemode=3,signmethod=${signMethod},ext=3,_conn=tls_0|`,
    username: 'meter-0001&upd7Kx2QmZ1',
    password,
  });
});

test('device-protocols §1.1: without a timestamp pair it is left out of what is signed', () => {
  const { clientId, password } = linkCredentials({ ...identity, timestamp: null }, true);
  expect(password).toBe('AB4B3C7B55C63012092A07327A4C8264BBBD8AE8D498D643F51FA8AE7405A840');
  expect(clientId).toBe('upd7Kx2QmZ1.meter-0001|_ss=1,_v=sdk-c-4.1.0,securemode=2,signmethod=hmacsha256,ext=3,_conn=tls_0|');
});

test('device-protocols §1.1: a client id of the device’s own is signed as it is', () => {
  const own = linkCredentials({ ...identity, clientId: '0a1b2c3d4e5f', timestamp: '1700000000000', signMethod: 'hmacsha1' });
  expect(own.password).toBe('0B5159409A65BCD9E04FC211ED31390FBF587558');
  expect(own.clientId).toMatch(/^0a1b2c3d4e5f\|timestamp=1700000000000,/);
});
