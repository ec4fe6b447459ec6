import type { DeviceConnection } from '../device-connection';
import { KeptSession, type KeptSessionHandlers } from './kept-session';

/** What a device speaks MQTT over: a connection of its own, or its part of its parent's. */
export type DeviceLine = DeviceConnection & Pick<KeptSession, 'publish' | 'subscribe'>;
export type LineOf = (...connection: ConstructorParameters<typeof KeptSession>) => DeviceLine;

export const ownLine: LineOf = (...connection) => new KeptSession(...connection);

/** A parent's connection, which its children share. `addressee`: whom a message is for, as the devices are named here. */
export class SharedConnection {
  private session: DeviceLine | null = null;
  private readonly lines = new Map<string, SharedLine>();

  constructor(private readonly addressee: (topic: string, payload: Buffer) => string | null) {}

  get connected(): boolean {
    return this.session?.connected ?? false;
  }

  /** The parent's own line. */
  readonly own: LineOf = (credentials, settings, handlers) => {
    this.session = new KeptSession(credentials, settings, {
      ...handlers,
      onMessage: (topic, payload) => {
        const line = this.lines.get(this.addressee(topic, payload) ?? '');
        if (line) line.receive(topic, payload);
        else handlers.onMessage(topic, payload);
      },
      onConnected: async () => {
        await handlers.onConnected();
        for (const line of this.lines.values()) await line.parentConnected(true);
      },
      onDisconnected: () => {
        for (const line of this.lines.values()) void line.parentConnected(false);
        handlers.onDisconnected();
      },
    });
    return this.session;
  };

  lineOf(name: string): LineOf {
    return (_credentials, _settings, handlers) => {
      const line = new SharedLine(this, handlers);
      this.lines.set(name, line);
      return line;
    };
  }

  publish(topic: string, payload: string | Buffer, qos?: 0 | 1): boolean {
    return this.session?.publish(topic, payload, qos) ?? false;
  }

  async subscribe(filters: string[]): Promise<void> {
    await this.session?.subscribe(filters);
  }
}

/** The part of a device that has power; without the parent it hears nothing. */
class SharedLine implements DeviceLine {
  private powered = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly shared: SharedConnection,
    private readonly handlers: KeptSessionHandlers,
  ) {}

  get connected(): boolean {
    return this.powered && this.shared.connected;
  }

  begin(): void {}

  async connect(): Promise<void> {
    this.powered = true;
    if (this.shared.connected) await this.handlers.onConnected();
  }

  async keepConnecting(): Promise<void> {
    if (!this.powered) await this.connect();
  }

  connectAfter(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(), ms);
  }

  publish(topic: string, payload: string | Buffer, qos?: 0 | 1): boolean {
    return this.powered && this.shared.publish(topic, payload, qos);
  }

  async subscribe(filters: string[]): Promise<void> {
    if (this.connected) await this.shared.subscribe(filters);
  }

  drop(): void {
    const was = this.connected;
    this.powered = false;
    if (was) this.handlers.onDisconnected();
  }

  async leave(): Promise<void> {
    this.drop();
  }

  async end(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.powered = false;
  }

  receive(topic: string, payload: Buffer): void {
    if (this.powered) this.handlers.onMessage(topic, payload);
  }

  /** The parent has connected, or is not any more. */
  async parentConnected(connected: boolean): Promise<void> {
    if (!this.powered) return;
    if (connected) await this.handlers.onConnected();
    else this.handlers.onDisconnected();
  }
}
