import { setTimeout as delay } from 'node:timers/promises';
import type { Behaviour, CutPoint } from './behaviours';
import { type DeviceObserver, preciseNow } from './device-events';
import type { DownloadSettings } from './download/resuming-download';
import { type BehaviourPlan, createBehaviourPlan } from './misbehaving/behaviour-plan';
import { type OngoingUpgrade, OngoingUpgrades } from './ongoing-upgrades';
import { type DeviceLine, type LineOf, ownLine } from './session/device-line';
import type { KeptSessionSettings } from './session/kept-session';
import type { Pacing, UpgradeHost } from './upgrade-host';
import { WatchedDevice } from './watched-device';

/** What all devices of a fleet have in common; plain JSON. */
export interface DeviceSettings extends KeptSessionSettings {
  pacing?: Pacing;
  download?: DownloadSettings;
  /** Default no SUBSCRIBE at all, as LinkSDK and IoTDA's Python SDK; `topics`: as its C SDK; `wildcard` covers them by few filters. */
  subscribes?: 'never' | 'topics' | 'wildcard';
}

export interface DeviceParts {
  settings: DeviceSettings;
  credentials: Parameters<LineOf>[0];
  behaviours: readonly Behaviour[] | undefined;
  /** The filters by which it subscribes, if its fleet does. */
  filters: Record<'topics' | 'wildcard', string[]>;
  observer: DeviceObserver | undefined;
  /** Default: a connection of its own. */
  lineOf: LineOf | undefined;
}

/** What a device does with its power and its connection, whatever dialect it speaks. It knows the protocol and nothing of the platform. */
export abstract class PoweredDevice<Offer extends { version: string }> extends WatchedDevice {
  protected readonly plan: BehaviourPlan;
  protected readonly session: DeviceLine;
  protected readonly ongoing: OngoingUpgrades<Offer>;

  constructor(private readonly parts: DeviceParts) {
    super(parts.observer);
    const { settings, credentials, behaviours, lineOf = ownLine } = parts;
    this.plan = createBehaviourPlan(behaviours);
    this.ongoing = new OngoingUpgrades(
      (upgrade) => this.upgrade(upgrade),
      (message) => this.complain(message),
    );
    this.session = lineOf(credentials, settings, {
      onMessage: (topic, payload) => this.receive(topic, payload),
      onConnected: () => this.onConnected(),
      onDisconnected: () => this.tell('disconnected', { at: preciseNow() }),
      onRefused: (message) => this.complain(message),
    });
  }

  get connected(): boolean {
    return this.session.connected;
  }

  /** Settles when connected and introduced, or at once if the device begins off-line. Rejects when refused (ConnectRefused) or not reached. */
  async start(): Promise<void> {
    this.session.begin();
    const offline = this.plan.get('offlineUntil');
    if (!offline) return this.session.connect();
    if (offline.ms !== 'told') this.session.connectAfter(offline.ms);
  }

  /** Connects a device that is off-line; one that is on-line stays as it is. */
  async comeOnline(): Promise<void> {
    if (!this.connected) await this.session.connect();
  }

  /** Ends everything, with a DISCONNECT. Idempotent. */
  async stop(): Promise<void> {
    this.forget();
    await this.session.end();
  }

  /** The network goes and comes back, `times` times; an upgrade goes on meanwhile. */
  async reconnect({ times = 1 } = {}): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      this.session.drop();
      await this.session.connect();
    }
  }

  /** Forgets what it was doing, comes back after `forMs` with the versions it had. */
  losePower(forMs: number): void {
    this.forget();
    this.session.drop();
    this.session.connectAfter(forMs);
  }

  protected abstract receive(topic: string, payload: Buffer): void;
  /** What it says of its own accord after each CONNACK. */
  protected abstract introduce(): void;
  /** Its side of the notification, to the version it comes up with. */
  protected abstract upgrade(upgrade: OngoingUpgrade<Offer>): Promise<void>;

  /** All that ends with its power; what other modules are at as well. */
  protected forget(): void {
    this.ongoing.forget();
  }

  /** Off-line for `ms`; comes back as `change` leaves it, and has forgotten the rest. */
  protected async reboot(ms: number, { signal }: AbortController, change: () => void): Promise<void> {
    await this.session.leave();
    if (ms > 0) await delay(ms, undefined, { signal });
    signal.throwIfAborted();
    change();
    this.forget();
    await this.session.keepConnecting();
  }

  /** What is the same for the upgrades of all dialects. */
  protected hostOf({ offer, power: { signal } }: OngoingUpgrade<Offer>): Omit<UpgradeHost, 'restart'> {
    const { pacing = {}, download = {} } = this.parts.settings;
    return {
      plan: this.plan,
      pacing,
      download,
      signal,
      onBytes: (bytes) => {
        this.counts.bytes += bytes;
      },
      onDownloaded: () => {
        this.counts.downloads += 1;
        this.tell('downloaded', { at: preciseNow(), version: offer.version });
      },
      cutIfPlanned: (point) => this.cutIfPlanned(point, signal),
    };
  }

  private cutIfPlanned(point: CutPoint, signal: AbortSignal): void {
    const cut = this.plan.take('disconnectsAt', (behaviour) => behaviour.point === point);
    if (cut) this.losePower(cut.forMs);
    signal.throwIfAborted();
  }

  private async onConnected(): Promise<void> {
    this.counts.connects += 1;
    this.tell('connected', { at: preciseNow() });
    const { settings, filters } = this.parts;
    const { subscribes = 'never' } = settings;
    if (subscribes !== 'never') await this.session.subscribe(filters[subscribes]);
    this.introduce();
  }
}
