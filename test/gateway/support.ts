import { createHmac } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import pino from 'pino';
import type { Notification } from '../../core/ports';
import type { QueueSettings } from '../../gateways/device-queues';
import type { MqttQuotas } from '../../gateways/mqtt/quotas';
import { patience } from '../support/devices/patience';
import { createMqttGateway, type MqttGateway, type MqttGatewayDeps } from '../support/mqtt-gateway';
import { deviceId, PRODUCT_KEY, RecordingCore, SECRET } from './recording-core';

export const TIMESTAMP = '2524608000000';

export interface Running {
  core: RecordingCore;
  gateway: MqttGateway;
  url: string;
  /** Of the listeners over TLS, where there are any. */
  urls: { mqttsUrl?: string; mqttWsUrl?: string };
  /** Lines of the log, as parsed JSON. */
  log: { level: number; msg: string; deviceId?: string }[];
  /** The counter's value, e.g. `dropped{reason="malformed"}`. */
  counted(name: string, labels?: Record<string, string>): Promise<number>;
  connect(options?: DeviceOptions): Promise<MqttClient>;
  stop(): Promise<void>;
}

export interface DeviceOptions extends IClientOptions {
  deviceName?: string;
}

export async function startGateway(
  queues: Partial<QueueSettings> = {},
  { clock, ...quotas }: Partial<MqttQuotas> & { clock?: () => Date } = {},
  listeners: Partial<Pick<MqttGatewayDeps['settings'], 'tls' | 'webSocket'>> = {},
): Promise<Running> {
  const core = new RecordingCore();
  const log: Running['log'] = [];
  const logger = pino({ level: 'info' }, { write: (line) => log.push(JSON.parse(line)) });
  const gateway = await createMqttGateway({
    core,
    gatewayId: 'gateway-1',
    settings: { host: '127.0.0.1', port: 0, queues: { retryMinMs: 1, retryMaxMs: 5, ...queues }, quotas, stopWithinMs: 200, ...listeners },
    logger,
    clock,
  });
  const { mqttUrl: url, ...urls } = await gateway.start();
  const clients: MqttClient[] = [];
  return {
    core,
    gateway,
    url,
    urls,
    log,
    async counted(name, labels = {}) {
      const metric = await gateway.metrics.registry.getSingleMetric(`updraft_gateway_${name}`)?.get();
      const matches = (value: Record<string, unknown>) => Object.entries(labels).every(([key, label]) => value[key] === label);
      return metric?.values.filter((each) => matches(each.labels)).reduce((sum, each) => sum + each.value, 0) ?? Number.NaN;
    },
    async connect(options = {}) {
      const client = connect(url, deviceOptions(options));
      clients.push(client);
      client.on('error', () => undefined);
      await new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve());
        client.once('close', () => reject(new Error('not connected')));
      });
      /** The gateway hears that its CONNACK has been written in the same turn of the loop. */
      await setImmediate();
      return client;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.endAsync(true)));
      await gateway.stop();
    },
  };
}

export const hex = (hash: string, content: string): string => createHmac(hash, SECRET).update(content).digest('hex').toUpperCase();

/** What an SDK puts in its CONNECT, written from device-protocols §1.1. */
export function deviceOptions({ deviceName = 'meter-0001', ...options }: DeviceOptions = {}): IClientOptions {
  const id = `${PRODUCT_KEY}.${deviceName}`;
  return {
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: patience(30_000),
    clientId: `${id}|timestamp=${TIMESTAMP},_ss=1,_v=sdk-c-4.1.0,securemode=3,signmethod=hmacsha256,ext=3,_conn=tcp|`,
    username: `${deviceName}&${PRODUCT_KEY}`,
    password: hex('sha256', `clientId${id}deviceName${deviceName}productKey${PRODUCT_KEY}timestamp${TIMESTAMP}`),
    ...options,
  };
}

/** The CONNACK code of an attempt: 0, or that of the refusal. */
export async function connackOf(url: string, options: IClientOptions): Promise<number> {
  const client = connect(url, { protocolVersion: 4, reconnectPeriod: 0, connectTimeout: patience(30_000), ...options });
  client.on('error', () => undefined);
  try {
    return await new Promise<number>((resolve, reject) => {
      client.on('packetreceive', (packet) => packet.cmd === 'connack' && resolve(packet.returnCode ?? packet.reasonCode ?? -1));
      client.on('close', () => reject(new Error('closed without CONNACK')));
    });
  } finally {
    await client.endAsync(true);
  }
}

export const topics = (deviceName = 'meter-0001') => {
  const device = `${PRODUCT_KEY}/${deviceName}`;
  return {
    inform: `/ota/device/inform/${device}`,
    progress: `/ota/device/progress/${device}`,
    upgrade: `/ota/device/upgrade/${device}`,
    request: `/ota/device/request/${device}`,
    get: `/sys/${device}/thing/ota/firmware/get`,
    getReply: `/sys/${device}/thing/ota/firmware/get_reply`,
    download: `/sys/${device}/thing/file/download`,
    downloadReply: `/sys/${device}/thing/file/download_reply`,
    config: `/sys/${device}/thing/config/get`,
  };
};

export function notification(changes: Partial<Notification> = {}): Notification {
  return {
    deviceId: deviceId(),
    productKey: PRODUCT_KEY,
    deviceName: 'meter-0001',
    module: 'default',
    version: '2.0.0',
    digestAlgorithm: 'SHA256',
    differential: false,
    files: [{ name: 'a.bin', size: 432_945, md5: 'a'.repeat(32), sha256: 'b'.repeat(64), url: 'https://fw.example/f/token' }],
    ...changes,
  };
}

export interface Received {
  topic: string;
  payload: string;
  qos: number;
}

/** Everything the device gets from now on. */
export function inbox(client: MqttClient): Received[] {
  const received: Received[] = [];
  client.on('message', (topic, payload, packet) => received.push({ topic, payload: payload.toString(), qos: packet.qos }));
  return received;
}

/** A round trip on the device's connection: what was sent to it before has arrived. */
export async function roundTrip(running: Running, client: MqttClient, deviceName = 'meter-0001'): Promise<void> {
  const reply = new Promise<void>((resolve) => {
    const listen = (topic: string, payload: Buffer) => {
      if (topic !== topics(deviceName).getReply || !payload.toString().includes('"round-trip"')) return;
      client.off('message', listen);
      resolve();
    };
    client.on('message', listen);
  });
  const task = running.core.task;
  await client.publishAsync(topics(deviceName).get, '{"id":"round-trip","params":{}}');
  await reply;
  running.core.task = task;
}
