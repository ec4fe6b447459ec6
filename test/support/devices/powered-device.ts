import { setTimeout as delay } from 'node:timers/promises';
import type { Behaviour, CutPoint } from './behaviours';
import type { DeviceConnection } from './device-connection';
import { type DeviceObserver, preciseNow } from './device-events';
import type { DownloadSettings } from './download/resuming-download';
import { type BehaviourPlan, createBehaviourPlan } from './misbehaving/behaviour-plan';
import { type OngoingUpgrade, OngoingUpgrades } from './ongoing-upgrades';
import type { Pacing, UpgradeHost } from './upgrade-host';
import { WatchedDevice } from './watched-device';

/** What all devices of a fleet have in common, whatever they speak; plain JSON. */
export interface PowerSettings {
  pacing?: Pacing;
  download?: DownloadSettings;
}

export interface PoweredParts {
  settings: PowerSettings;
  behaviours: readonly Behaviour[] | undefined;
  observer: DeviceObserver | undefined;
}

/** What a device does with its power and its connection, whatever dialect it speaks. It knows the protocol and nothing of the platform. */
export abstract class PoweredDevice<Offer extends { version: string }> extends WatchedDevice {
  protected readonly plan: BehaviourPlan;
  protected abstract readonly connection: DeviceConnection;
  protected readonly ongoing: OngoingUpgrades<Offer>;
  /** Settles when it relents. */
  protected readonly relented: Promise<void>;
  private onRelented: () => void = () => undefined;

  constructor(private readonly powered: PoweredParts) {
    super(powered.observer);
    this.plan = createBehaviourPlan(powered.behaviours);
    this.relented = new Promise((resolve) => {
      this.onRelented = resolve;
    });
    this.ongoing = new OngoingUpgrades(
      (upgrade) => this.upgrade(upgrade),
      (message) => this.complain(message),
    );
  }

  get connected(): boolean {
    return this.connection.connected;
  }

  /** Settles when connected and introduced, or at once if the device begins off-line. Rejects when refused (ConnectionRefused) or not reached. */
  async start(): Promise<void> {
    this.connection.begin();
    const offline = this.plan.get('offlineUntil');
    if (!offline) return this.connection.connect();
    if (offline.ms !== 'told') this.connection.connectAfter(offline.ms);
  }

  /** Connects a device that is off-line; one that is on-line stays as it is. */
  async comeOnline(): Promise<void> {
    if (!this.connected) await this.connection.connect();
  }

  /** It goes on where it was told to hold until it is told otherwise. */
  relent(): void {
    this.plan.relent();
    this.onRelented();
  }

  /** Ends everything, with a word to the other side. Idempotent. */
  async stop(): Promise<void> {
    this.forget();
    await this.connection.end();
  }

  /** The network goes and comes back, `times` times; an upgrade goes on meanwhile. */
  async reconnect({ times = 1 } = {}): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      this.connection.drop();
      await this.connection.connect();
    }
  }

  /** Forgets what it was doing, comes back after `forMs` with the versions it had. */
  losePower(forMs: number): void {
    this.forget();
    this.connection.drop();
    this.connection.connectAfter(forMs);
  }

  /** Its side of the notification, to the version it comes up with. */
  protected abstract upgrade(upgrade: OngoingUpgrade<Offer>): Promise<void>;

  /** All that ends with its power; what other modules are at as well. */
  protected forget(): void {
    this.ongoing.forget();
  }

  /** Off-line for `ms`; comes back as `change` leaves it, and has forgotten the rest. */
  protected async reboot(ms: number, { signal }: AbortController, change: () => void): Promise<void> {
    await this.connection.leave();
    if (ms > 0) await delay(ms, undefined, { signal });
    signal.throwIfAborted();
    change();
    this.forget();
    await this.connection.keepConnecting();
  }

  /** What is the same for the upgrades of all dialects. */
  protected hostOf({ offer, power: { signal } }: OngoingUpgrade<Offer>): Omit<UpgradeHost, 'restart'> {
    const { pacing = {}, download = {} } = this.powered.settings;
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

  protected cutIfPlanned(point: CutPoint, signal: AbortSignal): void {
    const cut = this.plan.take('disconnectsAt', (behaviour) => behaviour.point === point);
    if (cut) this.losePower(cut.forMs);
    signal.throwIfAborted();
  }

  protected async onConnected(): Promise<void> {
    this.counts.connects += 1;
    this.tell('connected', { at: preciseNow() });
  }

  protected onDisconnected(): void {
    this.tell('disconnected', { at: preciseNow() });
  }
}
