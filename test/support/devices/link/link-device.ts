import type { Behaviour } from '../behaviours';
import { type DeviceObserver, preciseNow } from '../device-events';
import { linkMisreports } from '../misbehaving/link-misreports';
import { LinkOutbox } from '../misbehaving/link-outbox';
import type { OngoingUpgrade } from '../ongoing-upgrades';
import { patience } from '../patience';
import type { LineOf } from '../session/device-line';
import { type DeviceSettings, MqttDevice } from '../session/mqtt-device';
import { type LinkIdentity, linkCredentials } from './link-identity';
import { LinkInbox } from './link-inbox';
import { blockPayload, DEFAULT_MODULE, getPayload, informPayload, linkTopics, progressPayload } from './link-messages';
import { performLinkUpgrade } from './link-upgrade';
import type { UpgradeOffer } from './upgrade-offer';

/** What all devices of a fleet have in common; plain JSON. */
export interface LinkDeviceSettings extends DeviceSettings {
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
  parent?: string;
}

const ANSWER_MS = 10_000;

/**
 * A virtual device of the Link dialect: connects, informs, never subscribes unless told, upgrades itself when notified,
 * misbehaves as described. It knows the protocol and nothing of the platform.
 */
export class LinkDevice extends MqttDevice<UpgradeOffer> {
  readonly deviceName: string;
  /** By module: what each runs now. */
  readonly versions: Map<string, string>;
  private readonly topics: ReturnType<typeof linkTopics>;
  private readonly inbox: LinkInbox;
  private readonly outbox: LinkOutbox;
  private messageId = 0;

  constructor(
    description: LinkDeviceDescription,
    private readonly settings: LinkDeviceSettings,
    observer?: DeviceObserver,
    lineOf?: LineOf,
  ) {
    const { productKey, deviceName, version, modules = {}, behaviours } = description;
    const topics = linkTopics(productKey, deviceName);
    super({
      settings,
      credentials: (tls) => linkCredentials(description, tls),
      behaviours,
      filters: {
        topics: [topics.upgrade, topics.getReply, topics.downloadReply],
        wildcard: [`/ota/device/+/${productKey}/${deviceName}`, `/sys/${productKey}/${deviceName}/#`],
      },
      observer,
      lineOf,
    });
    this.deviceName = deviceName;
    this.versions = new Map([[DEFAULT_MODULE, version], ...Object.entries(modules)]);
    this.topics = topics;
    this.outbox = new LinkOutbox(this.plan, this.session, topics.progress);
    this.inbox = new LinkInbox({
      counts: this.counts,
      topics,
      complain: (message) => this.complain(message),
      onNotified: (offer, payload) => this.tell('notified', { at: preciseNow(), offer, payload }),
      onOffer: (offer) => this.take(offer),
    });
  }

  get version(): string {
    return this.versions.get(DEFAULT_MODULE) ?? '';
  }

  reportVersion(module = DEFAULT_MODULE, version = this.versions.get(module) ?? ''): void {
    const at = this.outbox.send(this.topics.inform, informPayload(this.nextId(), version, module), this.settings.informQos);
    if (at === null) return;
    this.counts.versions += 1;
    this.tell('version', { at, version, module });
  }

  reportStep(step: number, module = DEFAULT_MODULE): void {
    const at = this.outbox.send(this.topics.progress, progressPayload(this.nextId(), step, module));
    if (at === null) return;
    this.counts.progress += 1;
    this.tell('progress', { at, step, module });
  }

  /** Asks firmware/get: null when there is no task, or no answer in its time. What is offered is upgraded to. */
  ask(module = DEFAULT_MODULE): Promise<UpgradeOffer | null> {
    const reply = this.inbox.nextReply(patience(ANSWER_MS));
    this.counts.gets += 1;
    this.outbox.send(this.topics.get, getPayload(this.nextId(), module));
    return reply;
  }

  protected receive(topic: string, payload: Buffer): void {
    this.inbox.receive(topic, payload);
  }

  protected introduce(): void {
    if (this.plan.has('neverReportsVersion') && this.counts.connects > 1) return;
    for (const module of this.versions.keys()) this.reportVersion(module);
    for (const { topic, payload } of linkMisreports(this.plan, this.topics, () => this.nextId())) this.outbox.send(topic, payload);
    if (this.settings.asksOnConnect) void this.ask();
  }

  /** A device that runs the version already says so. */
  private take(offer: UpgradeOffer): void {
    const { module, version } = offer;
    if (this.plan.has('silent') || this.ongoing.refresh(module, offer)) return;
    if (this.versions.get(module) === version) this.reportVersion(module);
    else this.ongoing.begin(module, offer);
  }

  protected upgrade(upgrade: OngoingUpgrade<UpgradeOffer>): Promise<void> {
    const { module } = upgrade.offer;
    return performLinkUpgrade({
      ...this.hostOf(upgrade),
      offer: () => upgrade.offer,
      reportStep: (step) => this.reportStep(step, module),
      ask: () => this.ask(module),
      blocks: {
        request: (stream, size, offset) => {
          this.counts.blocks += 1;
          return this.outbox.send(this.topics.download, blockPayload(this.nextId(), stream, size, offset)) !== null;
        },
        listen: (listener) => this.inbox.listenForBlocks(listener),
      },
      restart: (version, rebootMs) => this.restart(upgrade, version, rebootMs),
    });
  }

  private async restart({ offer, power }: OngoingUpgrade<UpgradeOffer>, version: string | null, rebootMs: number | null): Promise<void> {
    const change = () => {
      this.ongoing.end(offer.module);
      if (version !== null) this.versions.set(offer.module, version);
    };
    if (rebootMs !== null) return this.reboot(rebootMs, power, change);
    power.signal.throwIfAborted();
    change();
    this.reportVersion(offer.module);
  }

  protected override forget(): void {
    super.forget();
    this.inbox.forget();
  }

  private nextId(): number | string {
    this.messageId += 1;
    return this.settings.messageIds === 'string' ? String(this.messageId) : this.messageId;
  }
}
