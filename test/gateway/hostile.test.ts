import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import pino from 'pino';
import { createMqttGateway } from '../support/mqtt-gateway';
import { RecordingCore } from './recording-core';
import { connackOf, deviceOptions, notification, type Running, startGateway } from './support';

const pem = (name: string) => readFileSync(join(__dirname, 'fixtures', `localhost-${name}.pem`));

describe('R-FLOW-1 connections that misbehave', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startGateway({}, { connectsPerMinute: 100_000 });
  });
  afterEach(() => running.stop());

  /** Sends bytes, as an accepted device if `connect` is given, and waits for the connection to end. */
  async function send(bytes: Uint8Array, connect?: Buffer): Promise<void> {
    const socket = createConnection(Number(new URL(running.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    if (connect !== undefined) {
      socket.write(connect);
      const [connack] = await once(socket, 'data');
      expect(connack).toEqual(Buffer.from([0x20, 2, 0, 0]));
    }
    socket.resume();
    socket.end(bytes);
    await once(socket, 'close');
  }

  const text = (value: unknown) => Buffer.concat([Buffer.from([0, String(value).length]), Buffer.from(String(value))]);
  const types = fc.constantFrom(0x10, 0x30, 0x32, 0x34, 0x40, 0x50, 0x62, 0x70, 0x82, 0xa2, 0xc0, 0xe0);
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.string({ maxLength: 60 }).map((topic) => Buffer.concat([Buffer.from([0, 1]), text(topic), Buffer.from([1])])),
    fc.string({ maxLength: 60 }).map((topic) => Buffer.concat([text(topic), Buffer.from([0, 1, 2])])),
  );
  const packet = fc.tuple(types, body).map(([type, bytes]) => Buffer.from([type, bytes.length & 0x7f, ...bytes]));

  test('R-FLOW-1 no bytes of a stranger stop the gateway', async () => {
    const input = fc.oneof(fc.uint8Array({ maxLength: 200 }), packet);
    await fc.assert(
      fc.asyncProperty(input, (bytes) => send(bytes)),
      { numRuns: 150 },
    );
    expect(await connackOf(running.url, deviceOptions())).toBe(0);
    expect(await running.counted('connects_total', { result: 'accepted' })).toBe(1);
  });

  test('R-FLOW-1 no packets of an accepted device stop the gateway', async () => {
    const { clientId, username, password } = deviceOptions();
    const content = Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, 60]), text(clientId), text(username), text(password)]);
    const connect = Buffer.concat([Buffer.from([0x10, (content.length & 0x7f) | 0x80, content.length >> 7]), content]);
    const input = fc.array(packet, { maxLength: 5 }).map((packets) => Buffer.concat(packets));
    await fc.assert(
      fc.asyncProperty(input, (bytes) => send(bytes, connect)),
      { numRuns: 150 },
    );
    expect(await connackOf(running.url, deviceOptions())).toBe(0);
    expect(running.core.reports).toEqual([]);
  });

  test('R-FLOW-1 a device that does not read is not written to without end', async () => {
    const device = await running.connect();
    device.stream.unpipe();
    device.stream.pause();
    const big = notification({ files: [{ name: 'a', size: 1, md5: '', sha256: '', url: `https://fw.example/${'x'.repeat(60_000)}` }] });
    const answers: Promise<boolean>[] = [];
    for (let count = 0; count < 1_000 && (await running.counted('deliveries_total', { result: 'congested' })) === 0; count += 1) {
      answers.push(running.gateway.link.notify(big));
      await setImmediate();
    }
    expect(await running.counted('deliveries_total', { result: 'congested' })).toBe(1);
    device.stream.destroy();
    const last = (await Promise.all(answers)).at(-1);
    expect(last).toBe(false);
  });
});

test('R-FLOW-1 devices connect over TLS beside TCP', async () => {
  const core = new RecordingCore();
  const gateway = await createMqttGateway({
    core,
    gatewayId: 'gateway-1',
    settings: { host: '127.0.0.1', port: 0, tls: { cert: pem('cert'), key: pem('key'), port: 0 } },
    logger: pino({ level: 'silent' }),
  });
  const { mqttUrl, mqttsUrl } = await gateway.start();
  expect(await connackOf(mqttsUrl ?? '', { ...deviceOptions(), ca: pem('cert') })).toBe(0);
  expect(await connackOf(mqttUrl, deviceOptions())).toBe(0);
  await gateway.stop();
  expect(core.calls.at(-1)).toEqual({ call: 'reset', gatewayId: 'gateway-1' });
});

test('R-FLOW-1 a port that is taken is an error of the start, and nothing stays open', async () => {
  const running = await startGateway();
  const port = Number(new URL(running.url).port);
  const second = await createMqttGateway({
    core: new RecordingCore(),
    gatewayId: 'gateway-2',
    settings: { host: '127.0.0.1', port },
    logger: pino({ level: 'silent' }),
  });
  await expect(second.start()).rejects.toThrow('EADDRINUSE');
  await second.stop();
  expect(await connackOf(running.url, deviceOptions())).toBe(0);
  await running.stop();
});
