import { createHmac } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import pino from 'pino';
import type { BlockAnswer, BlockRequest, DeviceAnswer, DeviceReport } from '../../core/core';
import type { Notification } from '../../core/ports';
import type { GatewayCore } from '../../gateways/core';
import type { LaneSettings } from '../../gateways/device-lanes';
import type { MqttQuotas } from '../../gateways/mqtt/broker/quotas';
import { createMqttGateway, type MqttGateway, type MqttGatewayDeps } from '../../gateways/mqtt/gateway';

export const PRODUCT_KEY = 'upd7Kx2QmZ1';
export const SECRET = '0123456789abcdef0123456789abcdef';
export const TIMESTAMP = '2524608000000';

export type Call =
  | { call: 'reset' | 'unheard'; gatewayId: string }
  | { call: 'childrenOf'; deviceId: string }
  | { call: 'connected' | 'disconnected'; deviceId: string; sessionId: string }
  | { call: 'report'; deviceId: string; report: DeviceReport }
  | { call: 'requested'; deviceId: string; module: string }
  | { call: 'block'; deviceId: string; request: BlockRequest };

/** A core that remembers what it was asked, and can be told to fail. */
export class RecordingCore implements GatewayCore {
  readonly calls: Call[] = [];
  /** Throws before the call is recorded. */
  fail: (call: Call) => Error | null = () => null;
  /** Kept waiting until resolved. */
  hold: Promise<void> = Promise.resolve();
  task: Notification | null = null;
  /** What reports are answered with. */
  answer: DeviceAnswer | null = null;
  iotda = new Set<string>();
  secret = SECRET;
  /** Fingerprints, by device name. */
  certificates = new Map<string, string[]>();

  private readonly known = (deviceName: string) => ({
    secret: this.secret,
    certificates: this.certificates.get(deviceName),
    enabled: !this.disabled.has(deviceName),
    children: this.children.get(deviceId(deviceName))?.length,
    dialect: this.iotda.has(deviceName) ? ('IOTDA' as const) : ('LINK' as const),
  });

  /** What blocks are answered with. */
  blocks: (deviceId: string, request: BlockRequest) => BlockAnswer = () => ({ kind: 'unknown' });
  /** Of devices behind a broker, by device id. */
  readonly sessions = new Map<string, string>();
  private heardSoOften = 0;
  disabled = new Set<string>();
  unknown = new Set<string>();
  /** By device id: deleted or disabled after they connected. */
  removed = new Set<string>();
  /** Of gateways, by device id. */
  readonly children = new Map<string, string[]>();
  familyLookups = 0;
  /** By device id: disabled after they connected. */
  disabledNow = new Set<string>();
  /** Of reports that core has no task for. */
  hasTask = true;
  readonly failures: Call[] = [];
  private readonly changed = new EventEmitter().setMaxListeners(0);

  readonly devices: GatewayCore['devices'] = {
    credentials: async (_productKey, deviceName) => {
      if (deviceName === 'no-database') throw new Error('no database');
      return this.unknown.has(deviceName) ? null : this.known(deviceName);
    },
    notAllowed: async (ids) => ids.filter((id) => this.removed.has(id)),
    disabledOn: async () => [...this.disabledNow],
    childrenOf: async (gateway) => {
      this.familyLookups += 1;
      const failure = this.fail({ call: 'childrenOf', deviceId: gateway });
      if (failure !== null) throw failure;
      return this.children.get(gateway) ?? [];
    },
    gatewaysOver: async (ids) =>
      new Map([...this.children].flatMap(([gateway, children]) => children.filter((id) => ids.includes(id)).map((id) => [id, gateway]))),
    credentialsOfNode: async (deviceName) =>
      this.unknown.has(deviceName) ? null : { ...this.known(deviceName), productKey: PRODUCT_KEY, deviceName },
    connected: (deviceId, _gatewayId, sessionId) => this.record({ call: 'connected', deviceId, sessionId }),
    disconnected: (deviceId, sessionId) => this.record({ call: 'disconnected', deviceId, sessionId }),
    gatewayReset: (gatewayId) => this.record({ call: 'reset', gatewayId }),
    heard: async ({ deviceId }) => {
      const known = !this.unknown.has(deviceId.slice(deviceId.indexOf('.') + 1));
      this.heardSoOften += 1;
      const sessionId = `heard-${this.heardSoOften}`;
      const came = known && !this.sessions.has(deviceId);
      if (known) this.sessions.set(deviceId, sessionId);
      if (came) await this.record({ call: 'connected', deviceId, sessionId });
      return known;
    },
    sessionAt: async (deviceId) => this.sessions.get(deviceId) ?? null,
    left: async (deviceId, _gatewayId, session) => {
      const there = this.sessions.get(deviceId);
      if (there === undefined) return true;
      if ('is' in session && session.is !== there) return false;
      this.sessions.delete(deviceId);
      await this.record({ call: 'disconnected', deviceId, sessionId: there });
      return true;
    },
    unheard: (gatewayId) => this.record({ call: 'unheard', gatewayId }),
  };

  readonly tasks: GatewayCore['tasks'] = {
    report: async (deviceId, report, ignored) => {
      await this.record({ call: 'report', deviceId, report });
      if (!this.hasTask && report.kind !== 'version') ignored?.();
      return this.answer;
    },
    requested: async (deviceId, module) => {
      await this.record({ call: 'requested', deviceId, module });
      return this.task;
    },
  };

  readonly downloads: GatewayCore['downloads'] = {
    block: async (deviceId, request) => {
      await this.record({ call: 'block', deviceId, request });
      return this.blocks(deviceId, request);
    },
  };

  get reports(): DeviceReport[] {
    return this.calls.flatMap((each) => (each.call === 'report' ? [each.report] : []));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.changed, 'call');
  }

  private async record(call: Call): Promise<void> {
    await this.hold;
    const failure = this.fail(call);
    (failure === null ? this.calls : this.failures).push(call);
    this.changed.emit('call');
    if (failure !== null) throw failure;
  }
}

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
  lanes: Partial<LaneSettings> = {},
  { clock, ...quotas }: Partial<MqttQuotas> & { clock?: () => Date } = {},
  listeners: Partial<Pick<MqttGatewayDeps['settings'], 'tls' | 'webSocket'>> = {},
): Promise<Running> {
  const core = new RecordingCore();
  const log: Running['log'] = [];
  const logger = pino({ level: 'info' }, { write: (line) => log.push(JSON.parse(line)) });
  const gateway = await createMqttGateway({
    core,
    gatewayId: 'gateway-1',
    settings: { host: '127.0.0.1', port: 0, lanes: { retryMinMs: 1, retryMaxMs: 5, ...lanes }, quotas, stopWithinMs: 200, ...listeners },
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
    clientId: `${id}|timestamp=${TIMESTAMP},_ss=1,_v=sdk-c-4.1.0,securemode=3,signmethod=hmacsha256,ext=3,_conn=tcp|`,
    username: `${deviceName}&${PRODUCT_KEY}`,
    password: hex('sha256', `clientId${id}deviceName${deviceName}productKey${PRODUCT_KEY}timestamp${TIMESTAMP}`),
    ...options,
  };
}

/** The CONNACK code of an attempt: 0, or that of the refusal. */
export async function connackOf(url: string, options: IClientOptions): Promise<number> {
  const client = connect(url, { protocolVersion: 4, reconnectPeriod: 0, ...options });
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

export const deviceId = (deviceName = 'meter-0001') => `${PRODUCT_KEY}.${deviceName}`;

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
