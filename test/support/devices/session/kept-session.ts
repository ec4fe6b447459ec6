import { type CertificateCredentials, ConnectRefused, type DeviceCredentials, MqttSession, type SessionSettings } from './mqtt-session';

export interface KeptSessionSettings extends SessionSettings {
  /** First wait after a lost connection; doubled up to 16 times it. Default 1,000. */
  reconnectMs?: number;
}

export interface KeptSessionHandlers {
  onMessage(topic: string, payload: Buffer): void;
  /** After each CONNACK; connecting has ended when it settles. */
  onConnected(): Promise<void>;
  onDisconnected(): void;
  /** A reconnect was refused; it is tried again all the same. */
  onRefused(message: string): void;
}

/** A device's connection as the device lives: connected again whenever it is lost, until it is ended. */
export class KeptSession {
  private readonly session: MqttSession;
  private connecting: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private failures = 0;
  private ended = true;

  constructor(
    credentials: (tls: boolean) => DeviceCredentials | CertificateCredentials,
    private readonly settings: KeptSessionSettings,
    private readonly handlers: KeptSessionHandlers,
  ) {
    this.session = new MqttSession(credentials, settings, {
      onMessage: (topic, payload) => handlers.onMessage(topic, payload),
      onLost: () => {
        handlers.onDisconnected();
        this.connectLater();
      },
    });
  }

  get connected(): boolean {
    return this.session.connected;
  }

  begin(): void {
    this.ended = false;
  }

  /** One try, shared by all who ask meanwhile. */
  connect(): Promise<void> {
    this.connecting ??= this.connectOnce().finally(() => {
      this.connecting = null;
    });
    return this.connecting;
  }

  /** Tries now, and again later for as long as it takes. */
  async keepConnecting(): Promise<void> {
    if (this.ended || this.connected) return;
    try {
      await this.connect();
    } catch (error) {
      if (error instanceof ConnectRefused) this.handlers.onRefused(error.message);
      this.connectLater();
    }
  }

  connectAfter(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    if (!this.ended) this.timer = setTimeout(() => void this.keepConnecting(), ms);
  }

  publish(topic: string, payload: string | Buffer, qos: 0 | 1 = 0): boolean {
    return this.session.publish(topic, payload, qos);
  }

  subscribe(topics: string[]): Promise<void> {
    return this.session.subscribe(topics);
  }

  /** Without a DISCONNECT; does not reconnect by itself. */
  drop(): void {
    const was = this.connected;
    this.session.cut();
    if (was) this.handlers.onDisconnected();
  }

  /** With a DISCONNECT; does not reconnect by itself. */
  async leave(): Promise<void> {
    await this.session.close();
    this.handlers.onDisconnected();
  }

  async end(): Promise<void> {
    this.ended = true;
    if (this.timer) clearTimeout(this.timer);
    await this.session.close();
  }

  private async connectOnce(): Promise<void> {
    await this.session.open();
    this.failures = 0;
    await this.handlers.onConnected();
  }

  /** Spread, so that a fleet does not come back as one wave. */
  private connectLater(): void {
    const { reconnectMs = 1_000 } = this.settings;
    this.connectAfter(reconnectMs * 2 ** Math.min(4, this.failures) * (0.75 + Math.random() / 2));
    this.failures += 1;
  }
}
