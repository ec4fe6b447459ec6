import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { IClientOptions } from 'mqtt';
import { generate, parser } from 'mqtt-packet';
import { createAttempts } from '../../gateways/attempts';
import { createBrokerHook } from '../../gateways/mqtt/external/hook';
import { MQTT_QUOTAS } from '../../gateways/mqtt/quotas';
import { deviceId } from './recording-core';
import { connackOf, deviceOptions, type Running, roundTrip, startGateway, topics } from './support';

let running: Running;
afterEach(() => running.stop());

const portOf = (url: string) => Number(new URL(url).port);
const wrong = (deviceName?: string): IClientOptions => ({ ...deviceOptions({ deviceName }), password: 'f'.repeat(64) });
const warnings = () => running.log.flatMap((line) => ('reason' in line ? [line.msg] : []));
const counted = (result: string) => running.counted('connects_total', { result });

/** The CONNACK code of an attempt that comes from an address of its own. */
async function connackFrom(localAddress: string, { clientId = '', username, password }: IClientOptions): Promise<number> {
  const socket = connectTcp({ port: portOf(running.url), host: '127.0.0.1', localAddress });
  socket.write(generate({ cmd: 'connect', clientId, username, password: Buffer.from(String(password)), clean: true, keepalive: 60 }));
  try {
    return await new Promise<number>((resolve, reject) => {
      const packets = parser();
      packets.on('packet', (packet) => packet.cmd === 'connack' && resolve(packet.returnCode ?? -1));
      socket.on('data', (bytes) => packets.parse(bytes));
      socket.on('error', reject).on('close', () => reject(new Error('closed without CONNACK')));
    });
  } finally {
    socket.destroy();
  }
}

/** So many of them have been closed. */
async function untilClosed(closed: ReadonlySet<Socket>, count: number): Promise<void> {
  while (closed.size < count) await delay(5);
}

async function idle(count: number, port: number): Promise<{ sockets: Socket[]; closed: Set<Socket> }> {
  const closed = new Set<Socket>();
  const sockets: Socket[] = [];
  for (let n = 0; n < count; n += 1) {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => undefined).once('close', () => closed.add(socket));
    await once(socket, 'connect');
    sockets.push(socket);
  }
  return { sockets, closed };
}

describe('R-SAFE-3 what a device may take is its own, whatever connection it comes by', () => {
  test('R-SAFE-3 messages: one that connects again has no more than it had', async () => {
    running = await startGateway({}, { messagesPerSecond: 0.01, messagesBurst: 20 });
    const { inform } = topics();
    const sent = 5 * 20;
    for (let round = 0; round < 5; round += 1) {
      const device = await running.connect();
      for (let n = 0; n < 20; n += 1) await device.publishAsync(inform, `{"params":{"version":"${round}.${n}"}}`, { qos: 1 });
      await device.endAsync();
    }
    const dropped = await running.counted('dropped_total', { reason: 'too_fast' });
    expect(dropped).toBeGreaterThan(sent / 2);
    await roundTrip(running, await running.connect({ deviceName: 'neighbour' }), 'neighbour');
  });

  test('R-SAFE-3 open questions: those of a connection that has gone count until they are answered', async () => {
    running = await startGateway({}, { openRequests: 3 });
    const { get } = topics();
    let release = () => {};
    running.core.hold = new Promise((resolve) => {
      release = resolve;
    });
    for (let round = 0; round < 2; round += 1) {
      const device = await running.connect();
      for (let id = 1; id <= 3; id += 1) await device.publishAsync(get, `{"id":${id},"params":{}}`, { qos: 1 });
      await device.endAsync();
    }
    expect(await running.counted('dropped_total', { reason: 'too_many_requests' })).toBe(3);
    release();
    running.core.hold = Promise.resolve();
    await roundTrip(running, await running.connect());
  });

  test('R-SAFE-3 connections: more than may be in a while are told to come again, counted and told; a neighbour is not', async () => {
    running = await startGateway({}, { connectsPerMinute: 1 });
    const codes: number[] = [];
    for (let n = 0; n < 3; n += 1) codes.push(await connackOf(running.url, deviceOptions()));
    expect(codes).toEqual([0, 3, 3]);
    expect(await counted('device_too_often')).toBe(2);
    expect(running.log.filter(({ msg }) => msg.includes('more often than may be'))).toHaveLength(1);
    expect(await connackOf(running.url, deviceOptions({ deviceName: 'neighbour' }))).toBe(0);
  });
});

test('R-SAFE-3 of what may be in a minute a tenth of the connections, and a third of the wrong passwords, may come at once', () => {
  const attempts = createAttempts({ ...MQTT_QUOTAS, connectsPerMinute: 30, wrongPasswordsPerMinute: 6 }, () => 0);
  expect(Array.from({ length: 5 }, () => attempts.mayConnect('d'))).toEqual([true, true, true, false, false]);
  const wrongOnes = Array.from({ length: 4 }, () => {
    const attempt = attempts.begin('d', '10.0.0.1');
    if (typeof attempt === 'string') return attempt;
    attempt.end('wrong');
    return 'looked at';
  });
  expect(wrongOnes).toEqual(['looked at', 'looked at', 'device_wrong_passwords', 'device_wrong_passwords']);
});

describe('R-SAFE-3 wrong passwords', () => {
  test('R-SAFE-3 of one device from one address are looked at so often; from elsewhere, and for others, nothing changes', async () => {
    running = await startGateway({}, { wrongPasswordsPerMinute: 1 });
    const codes: number[] = [];
    for (let n = 0; n < 3; n += 1) codes.push(await connackOf(running.url, wrong()));
    expect(codes).toEqual([4, 3, 3]);
    expect(await counted('device_wrong_passwords')).toBe(2);
    expect(warnings()).toEqual([
      expect.stringMatching(/^Wrong passwords .* not looked at for a while .*UPDRAFT_MQTT_WRONG_PASSWORDS_PER_MINUTE/),
    ]);
    expect(await connackFrom('127.0.0.2', deviceOptions())).toBe(0);
    expect(await connackOf(running.url, deviceOptions({ deviceName: 'neighbour' }))).toBe(0);
  });

  test('R-SAFE-3 right ones never count, however many they are', async () => {
    running = await startGateway({}, { wrongPasswordsPerMinute: 6, addressWrongPasswordsPerMinute: 6 });
    for (let n = 0; n < 20; n += 1) expect(await connackOf(running.url, deviceOptions())).toBe(0);
  });

  test('R-SAFE-3 of one address, for names that come and go, are looked at so often; who was right from there before is let in', async () => {
    running = await startGateway({}, { addressWrongPasswordsPerMinute: 1, authentications: 1 });
    expect(await connackOf(running.url, deviceOptions())).toBe(0);
    const codes: number[] = [];
    for (let n = 0; n < 5; n += 1) codes.push(await connackOf(running.url, wrong(`guess-${n}`)));
    expect(codes).toEqual([4, 4, 3, 3, 3]);
    expect(await counted('address_wrong_passwords')).toBe(3);
    expect(warnings()).toEqual([
      expect.stringMatching(/^Wrong passwords .* for a while .*UPDRAFT_MQTT_ADDRESS_WRONG_PASSWORDS_PER_MINUTE/),
    ]);
    expect(await connackOf(running.url, deviceOptions())).toBe(0);
    expect(await connackFrom('127.0.0.2', deviceOptions({ deviceName: 'neighbour' }))).toBe(0);
  });

  test('R-SAFE-3 a store that does not answer is nobody’s wrong password', () => {
    const attempts = createAttempts({ ...MQTT_QUOTAS, wrongPasswordsPerMinute: 3 }, () => 0);
    for (let n = 0; n < 10; n += 1) {
      const attempt = attempts.begin('d', '10.0.0.1');
      if (typeof attempt === 'string') throw new Error(attempt);
      attempt.end('unknown');
      attempt.end('wrong');
    }
    const last = attempts.begin('d', '10.0.0.1');
    expect(typeof last).toBe('object');
  });
});

describe('R-SAFE-3 connections that say nothing', () => {
  test('R-SAFE-3 are so many, and the oldest gives way: a device gets in through a thousand of them', async () => {
    running = await startGateway({}, { strangers: 50 });
    const { sockets, closed } = await idle(120, portOf(running.url));
    const device = await running.connect();
    expect(device.connected).toBe(true);
    await roundTrip(running, device);
    await untilClosed(closed, 71);
    expect(sockets.slice(0, 71).every((socket) => closed.has(socket))).toBe(true);
    expect(await counted('gave_way')).toBeGreaterThanOrEqual(71);
    for (const socket of sockets) socket.destroy();
  });

  test('R-SAFE-3 sessions never give way to them', async () => {
    running = await startGateway({}, { strangers: 2 });
    const device = await running.connect();
    const { sockets } = await idle(20, portOf(running.url));
    await roundTrip(running, device);
    expect(device.connected).toBe(true);
    for (const socket of sockets) socket.destroy();
  });

  test('R-SAFE-3 more of one address than may be in a while are closed and counted', async () => {
    running = await startGateway({}, { addressConnectsPerSecond: 0.1 });
    const { closed, sockets } = await idle(30, portOf(running.url));
    await untilClosed(closed, 5);
    expect(await counted('address_too_often')).toBeGreaterThanOrEqual(5);
    expect(await connackFrom('127.0.0.2', deviceOptions())).toBe(0);
    for (const socket of sockets) socket.destroy();
  });
});

test('R-SAFE-3 a broker of its own says where a client comes from, and its wrong passwords are counted there', async () => {
  running = await startGateway();
  const seen: unknown[] = [];
  const hook = createBrokerHook({
    authenticate: async (packet: { address?: string }) => {
      seen.push(packet.address);
      return 4;
    },
    admit: (work: () => Promise<unknown>) => work(),
    account: {},
  } as never);
  const { clientId, username, password } = deviceOptions();
  const body = { clientid: clientId, username, password };
  await hook.authenticate({ ...body, peerhost: '192.0.2.7' });
  await hook.authenticate(body);
  expect(seen).toEqual(['192.0.2.7', undefined]);
  expect(deviceId()).toBeDefined();
});
