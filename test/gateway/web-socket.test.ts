import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { connect, type MqttClient } from 'mqtt';
import pino from 'pino';
import WebSocket from 'ws';
import { createMqttGateway, type MqttGateway } from '../support/mqtt-gateway';
import { deviceId, RecordingCore } from './recording-core';
import { connackOf, deviceOptions, inbox, notification, topics } from './support';

const pem = (name: string) => readFileSync(join(__dirname, 'fixtures', `localhost-${name}.pem`));
let core: RecordingCore;
let gateway: MqttGateway;
let url: string;

async function start(tls?: { cert: Buffer; key: Buffer }, quotas = {}) {
  core = new RecordingCore();
  const settings = { host: '127.0.0.1', port: 0, webSocket: { port: 0, tls }, quotas, stopWithinMs: 200 };
  gateway = await createMqttGateway({ core, gatewayId: 'gateway-1', settings, logger: pino({ level: 'silent' }) });
  url = (await gateway.start()).mqttWsUrl ?? '';
}

const counted = async (name: string, label: string) => {
  const metric = await gateway.metrics.registry.getSingleMetric(`updraft_gateway_${name}`)?.get();
  return metric?.values.find((value) => Object.values(value.labels).includes(label))?.value ?? 0;
};

const happens = (device: MqttClient, event: 'connect' | 'close' | 'message') =>
  new Promise<void>((resolve) => device.once(event, () => resolve()));

/** The status of a handshake that is refused. */
async function refusalOf(path: string, protocols: string[]): Promise<number | undefined> {
  const socket = new WebSocket(new URL(path, url), protocols);
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  response.destroy();
  return response.statusCode;
}

afterEach(() => gateway.stop());

test('R-FLOW-1 a device over WebSocket is authenticated, reports, is notified, and its end is noticed', async () => {
  await start();
  expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/mqtt$/);
  const device = connect(url, deviceOptions());
  const received = inbox(device);
  await happens(device, 'connect');
  await device.publishAsync(topics().inform, '{"id":"1","params":{"version":"1.0.0"}}', { qos: 1 });
  await core.until(() => core.reports.length === 1);
  expect(core.reports).toEqual([{ kind: 'version', module: 'default', version: '1.0.0' }]);
  const arrived = happens(device, 'message');
  expect(await gateway.link.notify(notification())).toBe(true);
  await arrived;
  expect(received).toMatchObject([{ topic: topics().upgrade, qos: 0 }]);
  device.stream.destroy();
  await core.until(() => core.calls.some(({ call }) => call === 'disconnected'));
  expect(gateway.link.isConnected(deviceId())).toBe(false);
});

test('R-FLOW-1 who is refused over TCP is refused over WebSocket, and a second connection of a device ends the first one', async () => {
  await start();
  expect(await connackOf(url, { ...deviceOptions(), password: 'wrong' })).toBe(4);
  const first = connect(url, deviceOptions());
  await happens(first, 'connect');
  const ended = happens(first, 'close');
  expect(await connackOf(url, deviceOptions())).toBe(0);
  await ended;
  expect(await counted('closed_total', 'takeover')).toBe(1);
});

test('R-FLOW-1 with a certificate it is wss', async () => {
  await start({ cert: pem('cert'), key: pem('key') });
  expect(url).toMatch(/^wss:/);
  expect(await connackOf(url, { ...deviceOptions(), ca: pem('cert') })).toBe(0);
});

test('R-FLOW-1 other paths, other subprotocols and plain requests get an HTTP status', async () => {
  await start();
  expect(await refusalOf('/', ['mqtt'])).toBe(404);
  expect(await refusalOf('/mqtt/more', ['mqtt'])).toBe(404);
  expect(await refusalOf('/mqtt', ['graphql-transport-ws'])).toBe(400);
  expect(await refusalOf('/mqtt', [])).toBe(400);
  const statusOf = async (path: string) => {
    const [response] = await once(request(new URL(path, url.replace('ws:', 'http:'))).end(), 'response');
    response.resume();
    return response.statusCode;
  };
  expect(await statusOf('/mqtt')).toBe(426);
  expect(await statusOf('/graphql')).toBe(404);
});

test('R-FLOW-1 the quotas hold: a message that is too large is left out, text ends the connection, and so does a connection too many', async () => {
  await start(undefined, { payloadBytes: 1_024, connections: 1 });
  const device = connect(url, deviceOptions());
  await happens(device, 'connect');
  await device.publishAsync(topics().inform, '{"params":{"version":"1"}}'.padEnd(70_000), { qos: 0 });
  await device.publishAsync(topics().inform, '{"params":{"version":"2"}}'.padEnd(2_000), { qos: 1 });
  await device.publishAsync(topics().inform, '{"params":{"version":"3"}}', { qos: 1 });
  await core.until(() => core.reports.length === 1);
  expect(core.reports).toMatchObject([{ version: '3' }]);
  expect(await counted('dropped_total', 'too_large')).toBe(2);
  const second = connect(url, deviceOptions({ deviceName: 'second' }));
  second.on('error', () => undefined);
  await happens(second, 'close');
  expect(await counted('connects_total', 'too_many')).toBe(1);
  const ended = happens(device, 'close');
  device.stream.destroy();
  await ended;
  await core.until(() => core.calls.some(({ call }) => call === 'disconnected'));
  const text = new WebSocket(url, 'mqtt');
  await once(text, 'open');
  text.send('{"cmd":"connect"}');
  const [code] = await once(text, 'close');
  expect([1003, 1006]).toContain(code);
});
