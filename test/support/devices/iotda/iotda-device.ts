import { setTimeout as delay } from 'node:timers/promises';
import type { Behaviour, CutPoint } from '../behaviours';
import { type DeviceObserver, preciseNow } from '../device-events';
import type { DownloadSettings } from '../download/resuming-download';
import type { Pacing } from '../link/link-upgrade';
import { type BehaviourPlan, createBehaviourPlan } from '../misbehaving/behaviour-plan';
import { type DeviceLine, type LineOf, ownLine } from '../session/device-line';
import type { KeptSessionSettings } from '../session/kept-session';
import { WatchedDevice } from '../watched-device';
import { certificateCredentials, type IotdaIdentity, iotdaCredentials, iotdaIdOf } from './iotda-identity';
import {
  type IotdaDown,
  type IotdaOffer,
  iotdaGarbage,
  iotdaTopics,
  logEvent,
  progressReport,
  readDown,
  subDeviceSync,
  upPayload,
  versionReport,
} from './iotda-messages';
import { performIotdaUpgrade } from './iotda-upgrade';

/** What all devices of a fleet have in common; plain JSON. */
export interface IotdaDeviceSettings extends KeptSessionSettings {
  pacing?: Pacing;
  download?: DownloadSettings;
  /** Default no SUBSCRIBE, as the Python SDK; `topics`: as the C SDK. */
  subscribes?: 'never' | 'topics' | 'wildcard';
}

export interface IotdaDeviceDescription extends IotdaIdentity {
  dialect: 'IOTDA';
  /** Of its firmware. */
  version: string;
  /** Default: the firmware's, as the Java SDK has it. */
  softwareVersion?: string;
  /** It signs in with this certificate and no password; PEM. */
  certificate?: { cert: string; key: string };
  behaviours?: readonly Behaviour[];
  /** The device of the fleet that it is behind, and over whose connection and topics it speaks (device-protocols §2.6 H). */
  gateway?: string;
}

interface OngoingUpgrade {
  offer: IotdaOffer;
  power: AbortController;
}

/**
 * A virtual device of the IoTDA dialect: answers version queries, upgrades itself when told to, restarts and says what it runs;
 * misbehaves as described. It knows the protocol and nothing of the platform.
 */
export class IotdaDevice extends WatchedDevice {
  readonly deviceName: string;
  readonly versions = { firmware: '', software: '' };
  private readonly id: string;
  private readonly topics: ReturnType<typeof iotdaTopics>;
  private readonly session: DeviceLine;
  private readonly plan: BehaviourPlan;
  private ongoing: OngoingUpgrade | null = null;
  /** A message that the next one overtakes. */
  private held: string | null = null;
  private lateAnswer: NodeJS.Timeout | null = null;

  constructor(
    description: IotdaDeviceDescription,
    private readonly settings: IotdaDeviceSettings,
    observer?: DeviceObserver,
    { of = ownLine, gatewayId }: { of?: LineOf; gatewayId?: string } = {},
  ) {
    super(observer);
    const { deviceName, version, softwareVersion = version, behaviours, certificate } = description;
    this.deviceName = deviceName;
    this.versions = { firmware: version, software: softwareVersion };
    this.id = iotdaIdOf(description);
    this.topics = iotdaTopics(gatewayId ?? this.id);
    this.plan = createBehaviourPlan(behaviours);
    const credentials = () => (certificate ? certificateCredentials(description, certificate) : iotdaCredentials(description));
    this.session = of(credentials, settings, {
      onMessage: (topic, payload) => this.receive(topic, payload.toString('utf8')),
      onConnected: () => this.onConnected(),
      onDisconnected: () => this.tell('disconnected', { at: preciseNow() }),
      onRefused: (message) => this.complain(message),
    });
  }

  get version(): string {
    return this.versions.firmware;
  }

  get connected(): boolean {
    return this.session.connected;
  }

  /** Settles when connected, or at once if the device begins off-line. Rejects when refused (ConnectRefused) or not reached. */
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

  /** Forgets what it was doing, comes back after `forMs` with the versions it had. */
  losePower(forMs: number): void {
    this.forget();
    this.session.drop();
    this.session.connectAfter(forMs);
  }

  reportVersions(): void {
    const { firmware, software } = this.versions;
    const at = this.send(upPayload(this.id, [versionReport(firmware, software)]));
    if (at === null) return;
    this.counts.versions += 1;
    this.tell('version', { at, version: firmware, module: 'default' });
  }

  /** Progress, a failure, or the version it came up with. */
  report(code: number, progress?: number, version = this.versions.firmware): void {
    const at = this.send(upPayload(this.id, [progressReport(code, version, progress)]));
    if (at === null) return;
    this.counts.progress += 1;
    this.tell('progress', { at, step: code === 0 ? (progress ?? 0) : -code, module: 'default' });
  }

  private async onConnected(): Promise<void> {
    this.counts.connects += 1;
    this.tell('connected', { at: preciseNow() });
    const { subscribes = 'never' } = this.settings;
    if (subscribes === 'topics') await this.session.subscribe([this.topics.down]);
    if (subscribes === 'wildcard') await this.session.subscribe([`$oc/devices/${this.id}/sys/#`]);
    this.send(upPayload(this.id, [logEvent()]));
    if (this.plan.has('sendsGarbage')) for (const payload of iotdaGarbage(this.id)) this.session.publish(this.topics.up, payload);
    const children = this.plan.get('hasChildren');
    if (children) this.session.publish(this.topics.up, upPayload(this.id, [subDeviceSync()]));
    for (const name of children?.deviceNames ?? []) {
      this.session.publish(this.topics.up, upPayload(`${children?.productKey}_${name}`, [versionReport('5.0.0', '5.0.0')]));
    }
    const claimed = this.plan.get('claimsTopicOf');
    if (!claimed) return;
    const other = `${claimed.productKey}_${claimed.deviceName}`;
    this.session.publish(iotdaTopics(other).up, upPayload(other, [versionReport('6.6.6', '6.6.6')]));
    this.session.publish(this.topics.up, upPayload(other, [versionReport('6.6.6', '6.6.6')]));
  }

  private receive(topic: string, payload: string): void {
    try {
      if (topic !== this.topics.down) throw new Error(`a message on ${topic.slice(0, 200)}`);
      for (const down of readDown(payload, this.id)) this.take(down, payload);
    } catch (error) {
      this.complain(`unreadable: ${error instanceof Error ? error.message : 'message'}`);
    }
  }

  private take(down: IotdaDown, payload: string): void {
    switch (down.kind) {
      case 'dropped':
        this.counts.dropped += 1;
        this.complain(`dropped: ${down.why}`);
        break;
      case 'version query':
        this.counts.gets += 1;
        this.answerQuery();
        break;
      case 'upgrade':
        this.counts.notifications += 1;
        this.tell('notified', { at: preciseNow(), offer: asUpgradeOffer(down.offer), payload });
        if (!this.plan.has('silent')) this.begin(down.offer);
        break;
    }
  }

  private answerQuery(): void {
    if (this.plan.take('neverAnswers')) return;
    const late = this.plan.take('answersLate');
    if (this.lateAnswer) clearTimeout(this.lateAnswer);
    if (late) this.lateAnswer = setTimeout(() => this.reportVersions(), late.ms);
    else this.reportVersions();
  }

  /** An upgrade in progress only takes over the fresh address; what it runs already it says. */
  private begin(offer: IotdaOffer): void {
    if (this.ongoing) {
      if (this.ongoing.offer.version === offer.version) this.ongoing.offer = offer;
      return;
    }
    if (this.versions[offer.kind] === offer.version) {
      this.report(3, undefined, offer.version);
      return;
    }
    const upgrade = { offer, power: new AbortController() };
    this.ongoing = upgrade;
    void this.upgrade(upgrade).finally(() => {
      if (this.ongoing === upgrade) this.ongoing = null;
    });
  }

  private async upgrade(upgrade: OngoingUpgrade): Promise<void> {
    const { power, offer } = upgrade;
    const { signal } = power;
    try {
      await performIotdaUpgrade({
        plan: this.plan,
        pacing: this.settings.pacing ?? {},
        download: this.settings.download ?? {},
        signal,
        offer,
        report: (code, progress, version) => this.report(code, progress, version ?? this.versions[offer.kind]),
        onBytes: (bytes) => {
          this.counts.bytes += bytes;
        },
        onDownloaded: () => {
          this.counts.downloads += 1;
          this.tell('downloaded', { at: preciseNow(), version: offer.version });
        },
        cutIfPlanned: (point) => this.cutIfPlanned(point, signal),
        restart: (version, rebootMs) => this.restart(upgrade, version, rebootMs ?? 0),
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

  private async restart({ offer, power }: OngoingUpgrade, version: string | null, rebootMs: number): Promise<void> {
    await this.session.leave();
    if (rebootMs > 0) await delay(rebootMs, undefined, { signal: power.signal });
    power.signal.throwIfAborted();
    if (version !== null) this.versions[offer.kind] = version;
    this.forget();
    await this.session.keepConnecting();
    // What did not take hold, it knows nothing of.
    if (version !== null) this.report(0, 100, version);
  }

  private forget(): void {
    if (this.lateAnswer) clearTimeout(this.lateAnswer);
    this.held = null;
    this.ongoing?.power.abort();
    this.ongoing = null;
  }

  /** When it was sent, or null when there was no connection. */
  private send(payload: string): number | null {
    const at = preciseNow();
    if (!this.connected) return null;
    const { held } = this;
    this.held = null;
    if (this.plan.has('reorders') && held === null) {
      this.held = payload;
      return at;
    }
    for (const message of held === null ? [payload] : [payload, held]) {
      this.session.publish(this.topics.up, message);
      if (this.plan.has('reportsTwice')) this.session.publish(this.topics.up, message);
    }
    return at;
  }
}

/** In the form in which all virtual devices show what they were offered. */
const asUpgradeOffer = ({ version, url, size, name, sign, kind }: IotdaOffer) => ({
  id: null,
  version,
  module: kind === 'software' ? 'software' : 'default',
  digest: 'sha256' as const,
  differential: false,
  files: [{ name, url, size, sign, digestSign: null }],
  extData: {},
});
