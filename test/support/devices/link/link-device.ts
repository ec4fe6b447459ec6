import { setTimeout as delay } from 'node:timers/promises';
import type { Behaviour, CutPoint } from '../behaviours';
import { type DeviceObserver, preciseNow } from '../device-events';
import type { DownloadSettings } from '../download/resuming-download';
import { type BehaviourPlan, createBehaviourPlan } from '../misbehaving/behaviour-plan';
import { garbage } from '../misbehaving/garbage';
import { type DeviceLine, type LineOf, ownLine } from '../session/device-line';
import type { KeptSessionSettings } from '../session/kept-session';
import { WatchedDevice } from '../watched-device';
import { type LinkIdentity, linkCredentials } from './link-identity';
import { LinkInbox } from './link-inbox';
import { blockPayload, DEFAULT_MODULE, getPayload, informPayload, linkTopics, progressPayload } from './link-messages';
import { type Pacing, performUpgrade } from './link-upgrade';
import type { UpgradeOffer } from './upgrade-offer';

/** What all devices of a fleet have in common; plain JSON. */
export interface LinkDeviceSettings extends KeptSessionSettings {
  pacing?: Pacing;
  download?: DownloadSettings;
  /** Default no SUBSCRIBE at all, as LinkSDK does; `wildcard` covers the topics by one filter each. */
  subscribes?: 'never' | 'topics' | 'wildcard';
  /** Sends firmware/get after each version report. Default false. */
  asksOnConnect?: boolean;
  /** LinkSDK 4: 0, the default; 3.x: 1. */
  informQos?: 0 | 1;
  /** LinkSDK 4 sends numbers, the default; the documents print strings. */
  messageIds?: 'number' | 'string';
}

export interface LinkDeviceDescription extends LinkIdentity {
  /** Of the default module. */
  version: string;
  /** Versions of further modules, each reported by its own message. */
  modules?: Record<string, string>;
  behaviours?: readonly Behaviour[];
  /** The device of the fleet that it is behind, and whose connection it shares (device-protocols §1.2). */
  gateway?: string;
}

interface OngoingUpgrade {
  offer: UpgradeOffer;
  power: AbortController;
}

const ANSWER_MS = 10_000;

/**
 * A virtual device of the Link dialect: connects, informs, never subscribes unless told, upgrades itself when notified,
 * misbehaves as described. It knows the protocol and nothing of the platform.
 */
export class LinkDevice extends WatchedDevice {
  readonly deviceName: string;
  /** By module: what each runs now. */
  readonly versions: Map<string, string>;
  private readonly topics: ReturnType<typeof linkTopics>;
  private readonly session: DeviceLine;
  private readonly inbox: LinkInbox;
  private readonly plan: BehaviourPlan;
  private readonly ongoing = new Map<string, OngoingUpgrade>();
  private messageId = 0;
  /** A progress that is to arrive too late. */
  private heldBack: string | Buffer | null = null;

  constructor(
    private readonly description: LinkDeviceDescription,
    private readonly settings: LinkDeviceSettings,
    observer?: DeviceObserver,
    lineOf: LineOf = ownLine,
  ) {
    super(observer);
    this.deviceName = description.deviceName;
    this.versions = new Map([[DEFAULT_MODULE, description.version], ...Object.entries(description.modules ?? {})]);
    this.topics = linkTopics(description.productKey, description.deviceName);
    this.plan = createBehaviourPlan(description.behaviours);
    this.inbox = new LinkInbox({
      counts: this.counts,
      topics: this.topics,
      complain: (message) => this.complain(message),
      onNotified: (offer, payload) => this.tell('notified', { at: preciseNow(), offer, payload }),
      onOffer: (offer) => this.take(offer),
    });
    this.session = lineOf((tls) => linkCredentials(description, tls), settings, {
      onMessage: (topic, payload) => this.inbox.receive(topic, payload),
      onConnected: () => this.onConnected(),
      onDisconnected: () => this.tell('disconnected', { at: preciseNow() }),
      onRefused: (message) => this.complain(message),
    });
  }

  get version(): string {
    return this.versions.get(DEFAULT_MODULE) ?? '';
  }

  get connected(): boolean {
    return this.session.connected;
  }

  /** Settles when connected and informed, or at once if the device begins off-line. Rejects when refused (ConnectRefused) or not reached. */
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
    this.forgetUpgrades();
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
    this.forgetUpgrades();
    this.session.drop();
    this.session.connectAfter(forMs);
  }

  reportVersion(module = DEFAULT_MODULE, version = this.versions.get(module) ?? ''): void {
    const at = this.send(this.topics.inform, informPayload(this.nextId(), version, module), this.settings.informQos);
    if (at === null) return;
    this.counts.versions += 1;
    this.tell('version', { at, version, module });
  }

  reportStep(step: number, module = DEFAULT_MODULE): void {
    const at = this.send(this.topics.progress, progressPayload(this.nextId(), step, module));
    if (at === null) return;
    this.counts.progress += 1;
    this.tell('progress', { at, step, module });
  }

  /** Asks firmware/get: null when there is no task, or no answer in 10 s. What is offered is upgraded to. */
  ask(module = DEFAULT_MODULE): Promise<UpgradeOffer | null> {
    const reply = this.inbox.nextReply(ANSWER_MS);
    this.counts.gets += 1;
    this.send(this.topics.get, getPayload(this.nextId(), module));
    return reply;
  }

  private async onConnected(): Promise<void> {
    this.counts.connects += 1;
    this.tell('connected', { at: preciseNow() });
    await this.subscribe();
    if (this.plan.has('neverReportsVersion') && this.counts.connects > 1) return;
    for (const module of this.versions.keys()) this.reportVersion(module);
    this.misreport();
    if (this.settings.asksOnConnect) void this.ask();
  }

  private async subscribe(): Promise<void> {
    const { subscribes = 'never' } = this.settings;
    const { productKey, deviceName } = this.description;
    if (subscribes === 'topics') await this.session.subscribe([this.topics.upgrade, this.topics.getReply, this.topics.downloadReply]);
    if (subscribes === 'wildcard') {
      await this.session.subscribe([`/ota/device/+/${productKey}/${deviceName}`, `/sys/${productKey}/${deviceName}/#`]);
    }
  }

  private misreport(): void {
    if (this.plan.has('sendsGarbage')) for (const { topic, payload } of garbage(this.topics)) this.send(topic, payload);
    const children = this.plan.get('hasChildren');
    for (const name of children?.deviceNames ?? []) {
      this.send(linkTopics(children?.productKey ?? '', name).inform, informPayload(this.nextId(), '5.0.0'));
    }
    const claimed = this.plan.get('claimsTopicOf');
    if (!claimed) return;
    const others = linkTopics(claimed.productKey, claimed.deviceName);
    this.send(others.inform, informPayload(this.nextId(), '6.6.6'));
    this.send(others.progress, progressPayload(this.nextId(), 50));
  }

  /** An upgrade in progress only takes over the fresh URL; a device that runs the version already says so. */
  private take(offer: UpgradeOffer): void {
    if (this.plan.has('silent')) return;
    const ongoing = this.ongoing.get(offer.module);
    if (ongoing) {
      if (ongoing.offer.version === offer.version) ongoing.offer = offer;
      return;
    }
    if (this.versions.get(offer.module) === offer.version) {
      this.reportVersion(offer.module);
      return;
    }
    const upgrade = { offer, power: new AbortController() };
    this.ongoing.set(offer.module, upgrade);
    void this.upgrade(upgrade).finally(() => {
      if (this.ongoing.get(offer.module) === upgrade) this.ongoing.delete(offer.module);
    });
  }

  private async upgrade(upgrade: OngoingUpgrade): Promise<void> {
    const { module } = upgrade.offer;
    const { signal } = upgrade.power;
    try {
      await performUpgrade({
        plan: this.plan,
        pacing: this.settings.pacing ?? {},
        download: this.settings.download ?? {},
        signal,
        offer: () => upgrade.offer,
        reportStep: (step) => this.reportStep(step, module),
        ask: () => this.ask(module),
        blocks: {
          request: (stream, size, offset) => {
            this.counts.blocks += 1;
            return this.send(this.topics.download, blockPayload(this.nextId(), stream, size, offset)) !== null;
          },
          listen: (listener) => this.inbox.listenForBlocks(listener),
        },
        onBytes: (bytes) => {
          this.counts.bytes += bytes;
        },
        onDownloaded: () => {
          this.counts.downloads += 1;
          this.tell('downloaded', { at: preciseNow(), version: upgrade.offer.version });
        },
        cutIfPlanned: (point) => this.cutIfPlanned(point, signal),
        restart: (version, rebootMs) => this.restart(upgrade, version, rebootMs),
      });
    } catch (error) {
      if (!signal.aborted) this.complain(`upgrade: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private cutIfPlanned(point: CutPoint, signal: AbortSignal): void {
    const cut = this.plan.take('disconnectsAt', (behaviour) => behaviour.point === point);
    if (cut) this.losePower(cut.forMs);
    signal.throwIfAborted();
  }

  private async restart({ offer, power }: OngoingUpgrade, version: string | null, rebootMs: number | null): Promise<void> {
    if (rebootMs !== null) {
      await this.session.leave();
      if (rebootMs > 0) await delay(rebootMs, undefined, { signal: power.signal });
    }
    power.signal.throwIfAborted();
    this.ongoing.delete(offer.module);
    if (version !== null) this.versions.set(offer.module, version);
    if (rebootMs === null) return this.reportVersion(offer.module);
    this.forgetUpgrades();
    await this.session.keepConnecting();
  }

  /** Also what other modules are at ends with the power. */
  private forgetUpgrades(): void {
    for (const { power } of this.ongoing.values()) power.abort();
    this.ongoing.clear();
    this.inbox.forget();
  }

  /** When it was sent, or null when there was no connection. */
  private send(topic: string, payload: string | Buffer, qos: 0 | 1 = 0): number | null {
    const at = preciseNow();
    if (topic === this.topics.progress && !this.heldBack && this.plan.has('reorders')) {
      this.heldBack = payload;
      return at;
    }
    if (!this.session.publish(topic, payload, qos)) return null;
    if (this.heldBack) this.session.publish(this.topics.progress, this.heldBack, 0);
    this.heldBack = null;
    if (this.plan.has('reportsTwice')) this.session.publish(topic, payload, qos);
    return at;
  }

  private nextId(): number | string {
    this.messageId += 1;
    return this.settings.messageIds === 'string' ? String(this.messageId) : this.messageId;
  }
}
