import type { ParsedPacket } from 'coap-packet';
import { type DeviceObserver, preciseNow } from '../device-events';
import type { OngoingUpgrade } from '../ongoing-upgrades';
import { nothingPulled, type PulledFile } from './coap/block-pull';
import type { Answer } from './coap/coap-endpoint';
import type { DtlsOf } from './line/dtls-line';
import type { UpgradePoint } from './lwm2m-behaviours';
import type { Lwm2mDeviceDescription, Lwm2mDeviceSettings } from './lwm2m-description';
import { download } from './lwm2m-download';
import { type Lwm2mOffer, performLwm2mUpgrade } from './lwm2m-upgrade';
import { FirmwareObject, type FirmwareParts, RESULT, STATE } from './objects/firmware-object';
import { PackagePush } from './package-push';
import { RegisteredDevice } from './registered-device';

/** It is at one upgrade at a time. */
const ONLY = 'upgrade';

/**
 * A virtual LwM2M device: registers, answers as its objects 1, 3, 4 and 5 say, pulls or takes packages, restarts from a new port without
 * De-register; misbehaves as described. It knows the protocol and nothing of the platform.
 */
export class Lwm2mDevice extends RegisteredDevice<Lwm2mOffer> {
  readonly firmware: FirmwareObject;
  /** What the server pushes. */
  readonly push: PackagePush;
  /** What it has pulled, kept over a loss of power; or what was pushed, once it is whole. */
  file: PulledFile = nothingPulled();
  /** Ports that it has pulled from. */
  readonly pullPorts: number[] = [];
  private execute: (() => void) | null = null;
  /** It was told to install after it came back, and before it took up what it was at. */
  private toldTooEarly = false;

  constructor(
    description: Lwm2mDeviceDescription,
    private readonly settings: Lwm2mDeviceSettings,
    observer?: DeviceObserver,
    dtlsOf?: DtlsOf,
  ) {
    super(description, settings, observer, dtlsOf);
    this.firmware = this.createFirmware(description.firmware);
    if (this.habits.versionAt === '/5/0/7') this.firmware.packageVersion = this.version;
    this.push = new PackagePush({
      ...{ habits: this.habits, plan: this.plan, firmware: this.firmware },
      // Not before the server has its answer.
      onBlock: () => setImmediate(() => void this.reached('progress', new AbortController().signal)),
      onBytes: (bytes) => {
        this.counts.bytes += bytes;
      },
      onPackage: (pushed) => this.beginPushed(pushed),
    });
    this.client.objects.add(this.firmware.resources());
  }

  protected takePush(packet: ParsedPacket): Answer | null {
    return this.push.take(packet);
  }

  protected get pushedTo(): boolean {
    return this.push.busy;
  }

  protected override async onConnected(): Promise<void> {
    await super.onConnected();
    this.goOn();
  }

  protected override forget(): void {
    super.forget();
    this.execute = null;
  }

  protected upgrade(upgrade: OngoingUpgrade<Lwm2mOffer>): Promise<void> {
    const { offer, power } = upgrade;
    return performLwm2mUpgrade({
      ...this.hostOf(upgrade),
      offer,
      firmware: this.firmware,
      file: this.file,
      bareImage: ({ length }) => (this.settings.bareVersion ? { size: length, version: this.settings.bareVersion } : null),
      automatic: this.habits.automatic === true,
      relented: this.relented,
      pull: (onBlock) => this.pull(offer.uri, onBlock, power.signal),
      executed: () =>
        new Promise((resolve, reject) => {
          if (this.firmware.state === STATE.updating) return resolve();
          const onAbort = (): void => reject(power.signal.reason);
          power.signal.addEventListener('abort', onAbort, { once: true });
          this.execute = () => {
            power.signal.removeEventListener('abort', onAbort);
            resolve();
          };
        }),
      reached: (point) => this.reached(point, power.signal),
      restart: async (version, rebootMs) => {
        if (this.habits.deregisters) await this.client.registration.deregister().catch(() => undefined);
        await this.reboot(rebootMs ?? 0, power, () => this.comeUp(version));
      },
    });
  }

  private async reached(point: UpgradePoint, signal: AbortSignal): Promise<void> {
    const move = this.plan.take('movesAt', (behaviour) => behaviour.point === point);
    if (move) await this.rebind();
    if (move?.updates) this.updateOrReturn();
    if (point !== 'executed') this.cutIfPlanned(point, signal);
  }

  private pull(uri: string, onBlock: (file: PulledFile) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { habits, security } = this;
    return download(
      uri,
      this.file,
      {
        ...this.settings.pull,
        ...{ habits, security },
        onBlock: (file) => {
          // Its radio is on.
          this.client.wakefulness.touch();
          return onBlock(file);
        },
        onPort: (port) => void this.pullPorts.push(port),
      },
      signal,
    );
  }

  /** With the version that was installed; null: with the one that it had. */
  private comeUp(version: string | null): void {
    const { plan, firmware } = this;
    this.file = nothingPulled();
    firmware.uri = '';
    const later = plan.take('versionLater');
    const known = (): void => {
      this.version = version ?? this.version;
      if (this.habits.versionAt === '/5/0/7') firmware.packageVersion = this.version;
      this.changed('/3/0/3');
    };
    if (later === undefined) known();
    else if (later.ms === 'told') void this.relented.then(known);
    else setTimeout(known, later.ms).unref();
    const { state, result } = plan.take('ends', ({ at }) => at === 'restarted') ?? {
      ...{ state: STATE.idle, result: version === null ? RESULT.failed : RESULT.success },
    };
    firmware.to(state, result);
  }

  /** What it was at when it lost its power, it goes on with; all but a push, which has to come again (device-protocols §3.5 C). */
  private goOn(): void {
    const { firmware, file } = this;
    // Whoever has only registered anew installs on.
    if (firmware.state === STATE.updating && !this.ongoing.has(ONLY)) {
      if (this.toldTooEarly) firmware.to(STATE.downloaded, RESULT.none);
      else firmware.to(STATE.idle, RESULT.failed);
    }
    this.toldTooEarly = false;
    const { state, uri } = firmware;
    if (state !== STATE.downloading && state !== STATE.downloaded) return;
    if (uri === '' && state === STATE.downloading && this.push.begun) {
      this.push.forget();
      firmware.to(STATE.idle);
    } else if (!this.ongoing.refresh(ONLY, { version: '', uri, pushed: null })) {
      if (uri !== '') this.begin({ version: '', uri, pushed: null });
      else if (state === STATE.downloaded && file.complete) this.begin({ version: '', uri, pushed: Buffer.concat(file.pieces) });
    }
  }

  private beginPushed(pushed: Buffer): void {
    this.file = { ...nothingPulled(), pieces: [pushed], length: pushed.length, complete: true };
    this.begin({ version: '', uri: '', pushed });
  }

  private begin(offer: Lwm2mOffer): void {
    this.ongoing.forget();
    this.ongoing.begin(ONLY, offer);
  }

  private createFirmware(left: Lwm2mDeviceDescription['firmware']): FirmwareObject {
    const parts: FirmwareParts = {
      ...{ ...this.habits, version: this.habits.lwm2m },
      obeys: (what) => this.plan.take('sticksIn', ({ state }) => state === (what === 'uri' ? STATE.idle : STATE.downloaded)) === undefined,
      onChange: (state, result) => {
        this.tell('state', { at: preciseNow(), state, result });
        this.changed('/5/0/3');
        this.changed('/5/0/5');
      },
      onUri: (uri) => {
        this.counts.notifications += 1;
        this.file = nothingPulled();
        // Not before the server has its answer.
        setImmediate(() => this.begin({ version: '', uri, pushed: null }));
      },
      onExecute: () => {
        this.toldTooEarly = !this.ongoing.has(ONLY);
        setImmediate(() => this.execute?.());
      },
      onReset: () => {
        this.file = nothingPulled();
        this.ongoing.forget();
      },
    };
    return new FirmwareObject(parts, left?.state, left?.result);
  }
}
