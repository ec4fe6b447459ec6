import type { Behaviour } from '../behaviours';
import { type DeviceObserver, preciseNow } from '../device-events';
import { iotdaMisreports } from '../misbehaving/iotda-misreports';
import { IotdaOutbox } from '../misbehaving/iotda-outbox';
import type { OngoingUpgrade } from '../ongoing-upgrades';
import type { LineOf } from '../session/device-line';
import { type DeviceSettings, MqttDevice } from '../session/mqtt-device';
import { certificateCredentials, type IotdaIdentity, iotdaCredentials, iotdaIdOf } from './iotda-identity';
import {
  asUpgradeOffer,
  type IotdaDown,
  type IotdaOffer,
  iotdaTopics,
  logEvent,
  progressReport,
  readDown,
  upPayload,
  versionReport,
} from './iotda-messages';
import { performIotdaUpgrade } from './iotda-upgrade';

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
  parent?: string;
}

/** It is at one upgrade at a time, whatever that one is for. */
const ONLY = 'upgrade';

/**
 * A virtual device of the IoTDA dialect: answers version queries, upgrades itself when told to, restarts and says what it runs;
 * misbehaves as described. It knows the protocol and nothing of the platform.
 */
export class IotdaDevice extends MqttDevice<IotdaOffer> {
  readonly deviceName: string;
  readonly versions: { firmware: string; software: string };
  private readonly id: string;
  private readonly topics: ReturnType<typeof iotdaTopics>;
  private readonly outbox: IotdaOutbox;
  private lateAnswer: NodeJS.Timeout | null = null;

  constructor(
    description: IotdaDeviceDescription,
    settings: DeviceSettings,
    observer?: DeviceObserver,
    { of, gatewayId }: { of?: LineOf | undefined; gatewayId?: string } = {},
  ) {
    const { deviceName, version, softwareVersion = version, behaviours, certificate } = description;
    const id = iotdaIdOf(description);
    const topics = iotdaTopics(gatewayId ?? id);
    super({
      settings,
      credentials: () => (certificate ? certificateCredentials(description, certificate) : iotdaCredentials(description)),
      behaviours,
      filters: { topics: [topics.down], wildcard: [`$oc/devices/${id}/sys/#`] },
      observer,
      lineOf: of,
    });
    this.deviceName = deviceName;
    this.versions = { firmware: version, software: softwareVersion };
    this.id = id;
    this.topics = topics;
    this.outbox = new IotdaOutbox(this.plan, this.session, topics.up);
  }

  get version(): string {
    return this.versions.firmware;
  }

  reportVersions(): void {
    const { firmware, software } = this.versions;
    const at = this.outbox.send(upPayload(this.id, [versionReport(firmware, software)]));
    if (at === null) return;
    this.counts.versions += 1;
    this.tell('version', { at, version: firmware, module: 'default' });
  }

  /** Progress, a failure, or the version it came up with. */
  report(code: number, progress?: number, version = this.versions.firmware): void {
    const at = this.outbox.send(upPayload(this.id, [progressReport(code, version, progress)]));
    if (at === null) return;
    this.counts.progress += 1;
    this.tell('progress', { at, step: code === 0 ? (progress ?? 0) : -code, module: 'default' });
  }

  protected introduce(): void {
    this.outbox.send(upPayload(this.id, [logEvent()]));
    for (const { topic, payload } of iotdaMisreports(this.plan, this.id, this.topics.up)) this.session.publish(topic, payload);
  }

  protected receive(topic: string, message: Buffer): void {
    const payload = message.toString('utf8');
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
        this.begin(down.offer);
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

  /** What it runs already it says. */
  private begin(offer: IotdaOffer): void {
    if (this.plan.has('silent') || this.ongoing.refresh(ONLY, offer)) return;
    if (this.versions[offer.kind] === offer.version) this.report(3, undefined, offer.version);
    else this.ongoing.begin(ONLY, offer);
  }

  protected upgrade(upgrade: OngoingUpgrade<IotdaOffer>): Promise<void> {
    const { offer } = upgrade;
    return performIotdaUpgrade({
      ...this.hostOf(upgrade),
      offer,
      report: (code, progress, version) => this.report(code, progress, version ?? this.versions[offer.kind]),
      restart: (version, rebootMs) => this.restart(upgrade, version, rebootMs ?? 0),
    });
  }

  private async restart({ offer, power }: OngoingUpgrade<IotdaOffer>, version: string | null, rebootMs: number): Promise<void> {
    await this.reboot(rebootMs, power, () => {
      if (version !== null) this.versions[offer.kind] = version;
    });
    // What did not take hold, it knows nothing of.
    if (version !== null) this.report(0, 100, version);
  }

  protected override forget(): void {
    super.forget();
    this.outbox.forget();
    if (this.lateAnswer) clearTimeout(this.lateAnswer);
  }
}
