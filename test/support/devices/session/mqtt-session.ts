import type { ConnectionOptions } from 'node:tls';
import { connect, type MqttClient } from 'mqtt';
import { ConnectionRefused } from '../device-connection';
import { patience } from '../patience';

/** What a device puts into CONNECT. */
export interface DeviceCredentials {
  clientId: string;
  username: string;
  password: string;
}

/** A key that takes the place of certificates in the handshake below CONNECT. */
export type KeyedCredentials = DeviceCredentials &
  Pick<ConnectionOptions, 'pskCallback' | 'ciphers' | 'maxVersion' | 'checkServerIdentity'>;

/** What it puts there when it shows a certificate instead; PEM. */
export type CertificateCredentials = Omit<DeviceCredentials, 'password'> & { cert: string; key: string };

export interface SessionSettings {
  /** `mqtt://` or `mqtts://`. */
  mqttUrl: string;
  /** Default 300 (30–1,200 by device-protocols §1.1). */
  keepAliveSeconds?: number;
  /** Default 60,000, more on a slow machine: a fleet may share one busy machine with its platform. */
  connectTimeoutMs?: number;
  /** Trusted for mqtts, PEM. */
  ca?: string;
}

export interface SessionHandlers {
  onMessage(topic: string, payload: Buffer): void;
  /** The connection ended without `close` or `cut`. */
  onLost(): void;
}

/** The broker answered CONNECT with another code than 0. */
export class ConnectRefused extends ConnectionRefused {
  constructor(readonly code: number) {
    super(`CONNACK ${code}`);
  }
}

/** One device's MQTT connection. It never reconnects by itself: when a device does is the device's behaviour. */
export class MqttSession {
  private client: MqttClient | null = null;

  constructor(
    private readonly credentials: (tls: boolean) => DeviceCredentials | KeyedCredentials | CertificateCredentials,
    private readonly settings: SessionSettings,
    private readonly handlers: SessionHandlers,
  ) {}

  get connected(): boolean {
    return this.client?.connected ?? false;
  }

  /** One try. Rejects with ConnectRefused or with the network's error. */
  open(): Promise<void> {
    this.cut();
    const { mqttUrl, keepAliveSeconds = 300, connectTimeoutMs = patience(60_000), ca } = this.settings;
    const client = connect(mqttUrl, {
      ...this.credentials(mqttUrl.startsWith('mqtts:')),
      protocolVersion: 4,
      clean: true,
      keepalive: keepAliveSeconds,
      connectTimeout: connectTimeoutMs,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      ca,
    });
    this.client = client;
    client.on('message', (topic, payload) => this.client === client && this.handlers.onMessage(topic, payload));
    return new Promise((resolve, reject) => {
      let failure: Error | null = null;
      let opened = false;
      client.on('connect', () => {
        opened = true;
        resolve();
      });
      client.on('error', (error) => {
        const code = 'code' in error && typeof error.code === 'number' ? error.code : 0;
        failure = code > 0 ? new ConnectRefused(code) : error;
      });
      client.on('close', () => {
        client.end(true);
        reject(failure ?? new Error('closed before CONNACK'));
        if (this.client !== client) return;
        this.client = null;
        if (opened) this.handlers.onLost();
      });
    });
  }

  /** False when there is no connection: nothing is kept for later, as in the SDK. */
  publish(topic: string, payload: string | Buffer, qos: 0 | 1 = 0): boolean {
    if (!this.client?.connected) return false;
    this.client.publish(topic, payload, { qos });
    return true;
  }

  async subscribe(topics: string[]): Promise<void> {
    await this.client?.subscribeAsync(topics, { qos: 0 });
  }

  /** Without a DISCONNECT, as a power or network failure looks. What was published before still leaves. */
  cut(): void {
    const client = this.client;
    this.client = null;
    if (!client) return;
    if (client.connected) client.stream.end(() => client.stream.destroy());
    else client.end(true);
  }

  async close(): Promise<void> {
    const client = this.client;
    this.client = null;
    if (!client) return;
    // A connection that breaks in this moment ends as well, but the library's own end then never comes.
    const broken = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await Promise.race([client.endAsync(), broken]);
  }
}
