import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { IClientOptions } from 'mqtt';
import { linkPskClaim } from '../../gateways/mqtt/link/psk';
import { VECTOR } from './iotda-support';
import { deviceId, PRODUCT_KEY, SECRET } from './recording-core';
import { connackOf, deviceOptions, hex, type Running, startGateway, TIMESTAMP } from './support';

/** The test vector of device-protocols §1.1. */
const IDENTITY = 'devicename|hmacsha256|upd7Kx2QmZ1&meter-0001|2524608000000';
const KEY = '7E2D44B5C8A5A2015879FAC1FC5FCEB48C8DABC52A3841B896BE0FFC7BFB73D8';

const identityOf = (deviceName: string) => `devicename|hmacsha256|${PRODUCT_KEY}&${deviceName}|${TIMESTAMP}`;
const keyOf = (deviceName: string) => hex('sha256', `id${PRODUCT_KEY}&${deviceName}timestamp${TIMESTAMP}`);
const pem = (name: string) => readFileSync(join(__dirname, 'fixtures', `localhost-${name}.pem`));
const server = { cert: pem('cert'), key: pem('key'), port: 0 };

describe('R-FLOW-1 Link devices over TLS with a pre-shared key (device-protocols §1.1)', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startGateway({}, {}, { tls: server });
  });
  afterEach(() => running.stop());

  const psk = (identity: string, key: string, more: ConnectionOptions = {}): ConnectionOptions => ({
    ciphers: 'PSK',
    maxVersion: 'TLSv1.2',
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ identity, psk: Buffer.from(key, 'latin1') }),
    ...more,
  });
  const code = (tls: ConnectionOptions, device: IClientOptions = {}) =>
    connackOf(running.urls.mqttsUrl ?? '', { ...deviceOptions(), ...(tls as IClientOptions), ...device });
  const codeOf = (deviceName: string) => code(psk(identityOf(deviceName), keyOf(deviceName)), deviceOptions({ deviceName }));

  test('R-FLOW-1 the test vector is let in, with a certificate of nobody', async () => {
    expect(await code(psk(IDENTITY, KEY))).toBe(0);
    expect(await running.counted('connects_total', { result: 'accepted' })).toBe(1);
  });

  test.each([
    'PSK-AES128-CBC-SHA',
    'PSK-AES128-CBC-SHA256',
    'PSK-AES128-GCM-SHA256',
    'ECDHE-PSK-AES128-CBC-SHA256',
    'PSK-CHACHA20-POLY1305',
  ])('R-FLOW-1 with nothing but %s', async (ciphers) => {
    expect(await code(psk(IDENTITY, KEY, { ciphers }))).toBe(0);
  });

  test('R-FLOW-1 a connected device reports and is notified as over any other connection, and its end is noticed', async () => {
    const { hostname: host, port } = new URL(running.urls.mqttsUrl ?? '');
    const device = await running.connect({ protocol: 'mqtts', host, port: Number(port), ...(psk(IDENTITY, KEY) as IClientOptions) });
    const topic = `/ota/device/inform/${PRODUCT_KEY}/meter-0001`;
    await device.publishAsync(topic, '{"id":"1","params":{"version":"1.0.0"}}'.padEnd(30_000), { qos: 1 });
    await running.core.until(() => running.core.reports.length === 1);
    expect(running.gateway.link.isConnected(deviceId())).toBe(true);
    device.stream.destroy();
    await running.core.until(() => running.core.calls.some(({ call }) => call === 'disconnected'));
    expect(running.gateway.link.isConnected(deviceId())).toBe(false);
  });

  test('R-FLOW-1 twenty devices at once have each their own key, and the same one twice has its own both times', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `meter-${index % 19}`);
    expect(await Promise.all(names.map(codeOf))).toEqual(names.map(() => 0));
  });

  const handshakeOf = async (tls: ConnectionOptions): Promise<string> => {
    const { hostname: host, port } = new URL(running.urls.mqttsUrl ?? '');
    const socket = connectTls({ host, port: Number(port), ...tls });
    try {
      return await new Promise((resolve) => {
        socket.once('secureConnect', () => resolve('secure'));
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        socket.once('close', () => resolve('closed'));
      });
    } finally {
      socket.destroy();
    }
  };

  test.each([
    ['a wrong key', IDENTITY, KEY.toLowerCase()],
    ['an unknown device', identityOf('nobody'), keyOf('nobody')],
    ['an identity of another form', 'meter-0001', KEY],
    ['a signature of another kind', IDENTITY.replace('sha256', 'sha1'), KEY],
  ])('R-FLOW-1 refused in the handshake, and nobody can tell why: %s', async (_name, identity, key) => {
    running.core.unknown.add('nobody');
    expect(await handshakeOf(psk(identity, key))).toBe('ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC');
    expect(await running.counted('connects_total', { result: 'bad_credentials' })).toBe(1);
    expect(await handshakeOf(psk(IDENTITY, KEY))).toBe('secure');
  });

  test('R-FLOW-1 the CONNECT is of the device that the key is of, and signed as always', async () => {
    expect(await code(psk(IDENTITY, KEY), deviceOptions({ deviceName: 'another' }))).toBe(4);
    expect(await code(psk(IDENTITY, KEY), { password: 'wrong' })).toBe(4);
    expect(await code(psk(IDENTITY, KEY), { password: undefined })).toBe(4);
    running.core.disabled.add('meter-0001');
    expect(await code(psk(IDENTITY, KEY))).toBe(5);
  });

  test('R-FLOW-7 a device of the other dialect gets a handshake and no session', async () => {
    running.core.iotda.add('meter-0001');
    expect(await code(psk(IDENTITY, KEY))).toBe(4);
  });

  test('R-FLOW-1 certificates, TLS 1.2 and TLS 1.3 go on working on the same port', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) expect(await code({ ca: pem('cert'), maxVersion })).toBe(0);
    expect(await code({ ca: pem('cert'), ciphers: 'ALL:PSK', pskCallback: psk(IDENTITY, KEY).pskCallback })).toBe(0);
  });

  test('R-FLOW-1 when core cannot answer, the connection ends', async () => {
    expect(await handshakeOf(psk(identityOf('no-database'), keyOf('no-database')))).not.toBe('secure');
    expect(await running.counted('connects_total', { result: 'unavailable' })).toBe(1);
  });

  test('R-FLOW-1 what is no TLS is sent away, and the port goes on', async () => {
    const { hostname: host, port } = new URL(running.urls.mqttsUrl ?? '');
    for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0]), Buffer.alloc(20_000, 22)]) {
      const socket = connectTcp(Number(port), host);
      socket.on('error', () => undefined).resume();
      socket.end(bytes);
      await once(socket, 'close');
    }
    expect(await code(psk(IDENTITY, KEY))).toBe(0);
  });
});

test('R-FLOW-1 an identity names product and device, whatever the name has in it, and gives the key of the test vector', () => {
  const claim = linkPskClaim(IDENTITY);
  expect(claim).toMatchObject({ productKey: PRODUCT_KEY, deviceName: 'meter-0001', deviceId: deviceId() });
  expect(claim?.keyOf(SECRET).toString('latin1')).toBe(KEY);
  expect(linkPskClaim(`devicename|hmacsha256|${PRODUCT_KEY}&a|b&c|1`)).toMatchObject({ deviceName: 'a|b&c' });
  for (const wrong of ['', `${IDENTITY}x`, IDENTITY.replace('&', '/'), `devicename|hmacsha256|${PRODUCT_KEY}&a/b|1`, `${VECTOR.id}|1`])
    expect(linkPskClaim(wrong)).toBeNull();
});
