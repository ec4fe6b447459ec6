import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { createTokenBuckets } from '../../core/token-bucket';
import { createAdmission } from '../../gateways/admission';
import { deviceId } from './recording-core';
import { connackOf, deviceOptions, inbox, notification, type Running, roundTrip, startGateway, topics } from './support';

describe('R-FLOW-1 what one device may take', () => {
  let running: Running;
  afterEach(() => running.stop());
  const { inform, get } = topics();
  const ended = (client: Awaited<ReturnType<Running['connect']>>) =>
    new Promise<boolean>((resolve) => client.once('close', () => resolve(true)));

  test('R-FLOW-1 messages over the rate are dropped and counted; the session stays, and so does its neighbour', async () => {
    running = await startGateway({}, { messagesPerSecond: 0.01, messagesBurst: 5 });
    const device = await running.connect();
    for (let version = 1; version <= 20; version += 1) {
      await device.publishAsync(inform, `{"params":{"version":"${version}"}}`, { qos: 1 });
    }
    await running.core.until(() => running.core.reports.length >= 5);
    const taken = running.core.reports.length;
    expect(taken).toBeLessThan(20);
    expect(await running.counted('dropped_total', { reason: 'too_fast' })).toBe(20 - taken);
    expect(device.connected).toBe(true);
    await roundTrip(running, await running.connect({ deviceName: 'neighbour' }), 'neighbour');
  });

  test('R-FLOW-1 the largest payload is a setting', async () => {
    running = await startGateway({}, { payloadBytes: 1_024 });
    const device = await running.connect();
    const padded = (bytes: number) => '{"params":{"version":"1"}}'.padEnd(bytes, ' ');
    for (const bytes of [1_023, 1_024, 1_025]) await device.publishAsync(inform, padded(bytes), { qos: 1 });
    await running.core.until(() => running.core.reports.length === 2);
    expect(await running.counted('dropped_total', { reason: 'too_large' })).toBe(1);
  });

  test('R-FLOW-1 questions that are open have a bound, which ends with their answers', async () => {
    running = await startGateway({}, { openRequests: 3 });
    const device = await running.connect();
    const received = inbox(device);
    let release = () => {};
    running.core.hold = new Promise((resolve) => {
      release = resolve;
    });
    for (let id = 1; id <= 8; id += 1) await device.publishAsync(get, `{"id":${id},"params":{}}`, { qos: 1 });
    expect(await running.counted('dropped_total', { reason: 'too_many_requests' })).toBe(5);
    release();
    running.core.hold = Promise.resolve();
    await running.core.until(() => running.core.calls.filter(({ call }) => call === 'requested').length === 3);
    await roundTrip(running, device);
    expect(received.map(({ payload }) => JSON.parse(payload).id)).toEqual([1, 2, 3, 'round-trip']);
  });

  test('R-FLOW-1 a device that does not read is disconnected, and has its message when it comes back', async () => {
    running = await startGateway({}, { outgoingBytes: 16 * 1024 });
    const device = await running.connect();
    device.stream.unpipe();
    device.stream.pause();
    const big = notification({ files: [{ name: 'a', size: 1, md5: '', sha256: '', url: `https://fw.example/${'x'.repeat(60_000)}` }] });
    const isConnected = () => running.gateway.link.isConnected(deviceId());
    for (let count = 0; count < 1_000 && isConnected(); count += 1) {
      void running.gateway.link.notify(big);
      await setImmediate();
    }
    expect(isConnected()).toBe(false);
    expect(await running.counted('closed_total', { reason: 'slow_consumer' })).toBe(1);
    const again = await running.connect();
    expect(await running.gateway.link.notify(notification())).toBe(true);
    expect(again.connected).toBe(true);
  });

  test('R-FLOW-1 a connection that has gone silent ends after one and a half keep-alives', async () => {
    running = await startGateway({}, { keepAliveMinimum: 1 });
    const { clientId, username, password } = deviceOptions();
    const socket = createConnection(Number(new URL(running.url).port), '127.0.0.1');
    socket.write(generate({ cmd: 'connect', clientId: clientId ?? '', username, password: Buffer.from(String(password)), keepalive: 1 }));
    await running.core.until(() => running.core.calls.some(({ call }) => call === 'disconnected'));
    expect(await running.counted('closed_total', { reason: 'keep_alive' })).toBe(1);
    expect(await running.counted('sessions')).toBe(0);
    socket.destroy();
  });

  test('R-DEV-2 a session ends soon after its device was deleted or disabled, and no other one', async () => {
    running = await startGateway({}, { sessionCheckMs: 20 });
    const [device, other] = await Promise.all([running.connect(), running.connect({ deviceName: 'other' })]);
    const end = ended(device);
    running.core.removed.add(deviceId());
    expect(await end).toBe(true);
    expect(await running.counted('closed_total', { reason: 'not_allowed' })).toBe(1);
    expect(other.connected).toBe(true);
  });

  test('R-DEV-2 a session ends within a second after its device was disabled, long before all are looked up', async () => {
    running = await startGateway({}, { sessionCheckMs: 3_600_000 });
    const [device, other] = await Promise.all([running.connect(), running.connect({ deviceName: 'other' })]);
    const end = ended(device);
    running.core.disabledNow.add(deviceId()).add(deviceId('nobody'));
    expect(await end).toBe(true);
    expect(await running.counted('closed_total', { reason: 'not_allowed' })).toBe(1);
    expect(other.connected).toBe(true);
  });

  test('R-DEV-2 a device that counts as off-line while it is connected is told of once more, and keeps its connection', async () => {
    running = await startGateway({}, { sessionCheckMs: 20 });
    const device = await running.connect();
    await roundTrip(running, device);
    running.core.forgotten.add(deviceId());
    await running.core.until(() => running.core.calls.some(({ call }) => call === 'stillConnected'));
    const sessions = running.core.calls.flatMap((each) =>
      each.call === 'connected' || each.call === 'stillConnected' ? [[each.call, each.sessionId]] : [],
    );
    const [, sessionId] = sessions[0] ?? [];
    expect(sessions).toEqual([
      ['connected', sessionId],
      ['stillConnected', sessionId],
    ]);
    expect(device.connected).toBe(true);
  });

  test('R-DEV-2 a process that stood still tells of its devices at once: they may count as off-line by now', async () => {
    running = await startGateway({}, { sessionCheckMs: 3_600_000 });
    const device = await running.connect();
    await roundTrip(running, device);
    running.core.forgotten.add(deviceId());
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 7_000);
    await running.core.until(() => running.core.calls.some(({ call }) => call === 'stillConnected'));
    expect(device.connected).toBe(true);
  });

  test('R-DEV-2 a takeover is counted', async () => {
    running = await startGateway();
    const end = ended(await running.connect());
    await running.connect();
    expect(await end).toBe(true);
    expect(await running.counted('closed_total', { reason: 'takeover' })).toBe(1);
  });
});

describe('R-FLOW-1 many that connect at once', () => {
  test('R-FLOW-1 so many are checked at once and so many wait, in their order; the rest is told to come again', async () => {
    const running = await startGateway({}, { authentications: 2, connectsWaiting: 3 });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const checked: string[] = [];
    const { credentials } = running.core.devices;
    running.core.devices.credentials = async (productKey, deviceName) => {
      checked.push(deviceName);
      await held;
      return credentials(productKey, deviceName);
    };
    const codes = Array.from({ length: 12 }, (_, index) => connackOf(running.url, deviceOptions({ deviceName: `storm-${index}` })));
    await new Promise<void>((resolve) => {
      let refused = 0;
      for (const code of codes) void code.then(() => ++refused === 7 && resolve());
    });
    expect(checked).toHaveLength(2);
    release();
    const results = await Promise.all(codes);
    expect(results.filter((code) => code === 0)).toHaveLength(5);
    expect(results.filter((code) => code === 3)).toHaveLength(7);
    expect(await running.counted('connects_total', { result: 'overloaded' })).toBe(7);
    await running.stop();
  });

  test('R-FLOW-1 sockets beyond the bound are closed and counted', async () => {
    const running = await startGateway({}, { connections: 2 });
    const sockets = Array.from({ length: 5 }, () => createConnection(Number(new URL(running.url).port), '127.0.0.1'));
    await Promise.all(sockets.slice(2).map((socket) => once(socket, 'close')));
    expect(await running.counted('connects_total', { result: 'too_many' })).toBe(3);
    await running.stop();
  });

  test('R-FLOW-1 a storm that comes back until it is let in is let in, all of it', async () => {
    const running = await startGateway({}, { authentications: 4, connectsWaiting: 8 });
    const names = Array.from({ length: 60 }, (_, index) => `again-${index}`);
    const comeIn = async (deviceName: string): Promise<void> => {
      while ((await connackOf(running.url, deviceOptions({ deviceName }))) !== 0) await setImmediate();
    };
    await Promise.all(names.map(comeIn));
    expect(await running.counted('connects_total', { result: 'accepted' })).toBe(60);
    await running.stop();
  });
});

describe('R-FLOW-1 the bounds themselves', () => {
  test('R-FLOW-1 a bucket lets through its burst, and over time no more than its rate', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(pauses, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), (waits, perSecond, burst) => {
        let now = 0;
        const { take: allows } = createTokenBuckets({ perSecond, burst }, () => now);
        const key = {};
        let taken = 0;
        for (const wait of waits) {
          now += wait;
          if (allows(key)) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(burst + (now / 1_000) * perSecond + 1e-6);
        expect(taken).toBeGreaterThanOrEqual(Math.min(waits.length, burst));
      }),
    );
  });

  test('R-FLOW-1 who has waited too long, or has gone, is not worked for', async () => {
    let now = 0;
    const admit = createAdmission({ concurrent: 1, waiting: 5, waitMs: 10 }, () => now);
    let release = () => {};
    const first = admit(
      () => new Promise<string>((resolve) => (release = () => resolve('first'))),
      () => true,
    );
    await setImmediate();
    const late = admit(
      async () => 'late',
      () => true,
    );
    now = 11;
    const gone = admit(
      async () => 'gone',
      () => false,
    );
    const last = admit(
      async () => 'last',
      () => true,
    );
    release();
    expect(await Promise.all([first, late, gone, last])).toEqual(['first', null, null, 'last']);
    expect(
      await admit(
        async () => 'again',
        () => true,
      ),
    ).toBe('again');
  });
});
