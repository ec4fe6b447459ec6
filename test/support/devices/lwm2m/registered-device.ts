import type { ParsedPacket } from 'coap-packet';
import { type DeviceObserver, preciseNow } from '../device-events';
import { PoweredDevice } from '../powered-device';
import type { Answer } from './coap/coap-endpoint';
import { CLIENTS, type Habits } from './habits';
import { Lifetime } from './lifetime';
import type { DtlsOf, Security } from './line/dtls-line';
import { lineTo } from './line/line-to';
import { Lwm2mClient } from './lwm2m-client';
import type { Lwm2mDeviceDescription, Lwm2mDeviceSettings } from './lwm2m-description';
import { connectivityObject, deviceObject, GOOD_RADIO, type Radio, type ServerObjectParts, serverObject } from './objects/device-objects';
import { KeptRegistration } from './registration';
import { requestFault } from './request-faults';

/** What a virtual LwM2M device is without its firmware: a registration that it keeps, and its objects 1, 3 and 4. */
export abstract class RegisteredDevice<Offer extends { version: string }> extends PoweredDevice<Offer> {
  readonly deviceName: string;
  readonly client: Lwm2mClient;
  readonly habits: Habits;
  /** Null: it has no object 4. */
  readonly radio: Radio | null;
  version: string;
  protected readonly connection: KeptRegistration;
  protected readonly security: Security | null;
  private readonly lifetime: Lifetime;

  constructor(description: Lwm2mDeviceDescription, settings: Lwm2mDeviceSettings, observer?: DeviceObserver, dtlsOf?: DtlsOf) {
    const { deviceName, endpoint = deviceName, version, client = 'leshan', habits, psk, radio, behaviours } = description;
    super({ settings, behaviours, observer });
    this.deviceName = deviceName;
    this.version = version;
    this.habits = { ...CLIENTS[client], ...habits };
    this.radio = radio === null ? null : { ...GOOD_RADIO, ...(this.habits.lwm2m === '1.0' && { sinr: null }), ...radio };
    this.security = psk && dtlsOf ? { psk: { ...psk, key: Buffer.from(psk.key, 'hex') }, dtlsOf } : null;
    this.lifetime = new Lifetime(this.habits.lifetimeSeconds, () => this.updateOrReturn());
    this.client = this.createClient(endpoint, settings.server);
    this.connection = new KeptRegistration(this.client.registration, settings, {
      onConnected: () => this.onConnected(),
      onDisconnected: () => this.onDisconnected(),
      onRefused: (message) => this.complain(message),
    });
    this.client.objects
      .add(serverObject(this.serverParts()))
      .add(
        deviceObject(
          () => (this.habits.versionAt === '/3/0/3' ? this.version : null),
          () => setImmediate(() => this.losePower(0)),
        ),
      )
      .add(connectivityObject(() => this.radio));
  }

  /** Update; registers anew when the server does not know it any more. The answer's code. */
  async update(changes: { lifetimeSeconds?: number; links?: boolean } = {}): Promise<string> {
    const { lifetimeSeconds, links = false } = changes;
    if (lifetimeSeconds !== undefined) this.lifetime.told = lifetimeSeconds;
    const queries = lifetimeSeconds === undefined ? [] : [`lt=${lifetimeSeconds}`];
    const code = await this.client.registration.update(queries, { links, waits: true });
    if (code === '4.04') {
      this.onDisconnected();
      await this.connection.connect();
    }
    return code;
  }

  async deregister(): Promise<string> {
    const code = await this.client.registration.deregister();
    this.onDisconnected();
    return code;
  }

  /** Its next message leaves from another port; a DTLS session stays as it is. */
  async rebind(): Promise<number> {
    await this.client.line.rebind();
    return this.client.line.port;
  }

  /** Listens no longer, before its window ends. */
  sleep(): void {
    this.client.wakefulness.sleep();
  }

  /** A value of an object has changed. */
  changed(path: string): void {
    this.client.observations.changed(path);
  }

  /** What is pushed to the package; null: it is left without an answer. */
  protected abstract takePush(packet: ParsedPacket): Answer | null;

  /** Between the first block of a push and the last. */
  protected abstract get pushedTo(): boolean;

  protected override async onConnected(): Promise<void> {
    await super.onConnected();
    this.lifetime.begin();
  }

  protected override onDisconnected(): void {
    this.lifetime.end();
    this.client.observations.endAll();
    super.onDisconnected();
  }

  protected override forget(): void {
    super.forget();
    this.lifetime.end();
  }

  /** When nobody answers its Update, it registers anew; unless it has meanwhile, upon an Update before. */
  protected updateOrReturn(): void {
    const { registration } = this.client;
    const { path } = registration;
    void this.update().catch(() => {
      if (path !== null && registration.path === path) this.connection.forgotten();
    });
  }

  private createClient(endpointName: string | null, server: string): Lwm2mClient {
    return new Lwm2mClient({
      endpointName,
      habits: this.habits,
      lifetimeSeconds: () => this.lifetime.told,
      lineOf: (onMessage) => lineTo(server, this.security, onMessage),
      onPush: (packet) => this.takePush(packet),
      onRequest: (method, path, bytes) => this.tell('asked', { at: preciseNow(), method, path, bytes }),
      faultOf: (method, path) =>
        this.habits.deafWhilePushed && this.pushedTo && path !== '/5/0/0' ? 'no answer' : requestFault(this.plan, method, path),
      losesNotification: () => this.plan.take('losesNotifications') !== undefined,
      complain: (message) => this.complain(message),
    });
  }

  private serverParts(): ServerObjectParts {
    const update = (changes?: { lifetimeSeconds: number }): void => {
      setImmediate(() => void this.update(changes).catch(() => undefined));
    };
    return {
      lifetimeSeconds: () => this.lifetime.seconds,
      setLifetime: (lifetimeSeconds) => update({ lifetimeSeconds }),
      binding: this.habits.queueMode ? 'UQ' : 'U',
      triggerUpdate: () => update(),
    };
  }
}
