import { ConnectionRefused, type DeviceConnection } from './device-connection';

export interface ReconnectSettings {
  /** First wait after a lost connection; doubled up to 16 times it. Default 1,000. */
  reconnectMs?: number;
}

/** What is opened and lost; it never comes back by itself. */
export interface Session {
  readonly connected: boolean;
  /** One try. Rejects with ConnectionRefused or with the network's error. */
  open(): Promise<void>;
  /** Without a word to the other side. */
  cut(): void;
  /** With one. */
  close(): Promise<void>;
}

export interface ConnectionHandlers {
  /** After each connect; connecting has ended when it settles. */
  onConnected(): Promise<void>;
  onDisconnected(): void;
  /** A reconnect was refused; it is tried again all the same. */
  onRefused(message: string): void;
}

/** A device's session as the device lives: opened again whenever it is lost, until it is ended. */
export abstract class KeptConnection<S extends Session> implements DeviceConnection {
  protected abstract readonly session: S;
  private connecting: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private failures = 0;
  private ended = true;

  constructor(
    private readonly timing: ReconnectSettings,
    private readonly told: ConnectionHandlers,
  ) {}

  get connected(): boolean {
    return this.session.connected;
  }

  begin(): void {
    this.ended = false;
  }

  connect(): Promise<void> {
    this.connecting ??= this.connectOnce().finally(() => {
      this.connecting = null;
    });
    return this.connecting;
  }

  async keepConnecting(): Promise<void> {
    if (this.ended || this.connected) return;
    try {
      await this.connect();
    } catch (error) {
      if (error instanceof ConnectionRefused) this.told.onRefused(error.message);
      this.connectLater();
    }
  }

  connectAfter(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    if (!this.ended) this.timer = setTimeout(() => void this.keepConnecting(), ms);
  }

  drop(): void {
    const was = this.connected;
    this.session.cut();
    if (was) this.told.onDisconnected();
  }

  async leave(): Promise<void> {
    await this.session.close();
    this.told.onDisconnected();
  }

  async end(): Promise<void> {
    this.ended = true;
    if (this.timer) clearTimeout(this.timer);
    await this.session.close();
  }

  /** The session has ended by itself. */
  protected lost(): void {
    this.told.onDisconnected();
    this.connectLater();
  }

  private async connectOnce(): Promise<void> {
    await this.session.open();
    this.failures = 0;
    await this.told.onConnected();
  }

  /** Spread, so that a fleet does not come back as one wave. */
  private connectLater(): void {
    const { reconnectMs = 1_000 } = this.timing;
    this.connectAfter(reconnectMs * 2 ** Math.min(4, this.failures) * (0.75 + Math.random() / 2));
    this.failures += 1;
  }
}
