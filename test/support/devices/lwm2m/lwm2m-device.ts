import type { ParsedPacket } from 'coap-packet';
import { type DeviceObserver, preciseNow } from '../device-events';
import type { OngoingUpgrade } from '../ongoing-upgrades';
import { PoweredDevice } from '../powered-device';
import { nothingPulled, type PulledFile } from './coap/block-pull';
import { BlockPush } from './coap/block-push';
import type { Answer } from './coap/coap-endpoint';
import { CLIENTS, type Habits } from './habits';
import type { DtlsOf, Security } from './line/dtls-line';
import { lineTo } from './line/line-to';
import { Lwm2mClient } from './lwm2m-client';
import type { Lwm2mDeviceDescription, Lwm2mDeviceSettings } from './lwm2m-description';
import { download } from './lwm2m-download';
import { type Lwm2mOffer, performLwm2mUpgrade } from './lwm2m-upgrade';
import { connectivityObject, deviceObject, GOOD_RADIO, type Radio, serverObject } from './objects/device-objects';
import { FirmwareObject, RESULT, STATE } from './objects/firmware-object';
import { KeptRegistration } from './registration';

/** It is at one upgrade at a time. */
const ONLY = 'upgrade';

/**
 * A virtual LwM2M device: registers, answers as its objects 1, 3, 4 and 5 say, pulls or takes packages, restarts from a new port without
 * De-register; misbehaves as described. It knows the protocol and nothing of the platform.
 */
export class Lwm2mDevice extends PoweredDevice<Lwm2mOffer> {
  readonly deviceName: string;
  readonly client: Lwm2mClient;
  readonly firmware: FirmwareObject;
  readonly habits: Habits;
  readonly radio: Radio;
  version: string;
  /** What it has pulled, kept over a loss of power. */
  file: PulledFile = nothingPulled();
  /** Ports that it has pulled from. */
  readonly pullPorts: number[] = [];
  protected readonly connection: KeptRegistration;
  private readonly security: Security | null;
  private readonly push: BlockPush;
  private lifetimeSeconds: number | null;
  private execute: (() => void) | null = null;
  private keepAlive: NodeJS.Timeout | null = null;

  constructor(
    description: Lwm2mDeviceDescription,
    private readonly settings: Lwm2mDeviceSettings,
    observer?: DeviceObserver,
    dtlsOf?: DtlsOf,
  ) {
    const { deviceName, endpoint = deviceName, version, client = 'leshan', habits, psk, radio, behaviours } = description;
    super({ settings, behaviours, observer });
    this.deviceName = deviceName;
    this.version = version;
    this.habits = { ...CLIENTS[client], ...habits };
    this.radio = { ...GOOD_RADIO, ...(this.habits.lwm2m === '1.0' && { sinr: null }), ...radio };
    this.security = psk && dtlsOf ? { psk: { ...psk, key: Buffer.from(psk.key, 'hex') }, dtlsOf } : null;
    this.lifetimeSeconds = this.habits.lifetimeSeconds;
    const { szx, mostBytes } = this.habits;
    this.push = new BlockPush({ ...(szx !== null && { szx }), ...(mostBytes !== null && { mostBytes }) });
    this.firmware = this.createFirmware();
    this.client = this.createClient(endpoint);
    this.connection = new KeptRegistration(this.client.registration, settings, {
      onConnected: () => this.onConnected(),
      onDisconnected: () => this.onDisconnected(),
      onRefused: (message) => this.complain(message),
    });
    this.addObjects();
  }

  /** Update; registers anew when the server does not know it any more. The answer's code. */
  async update(changes: { lifetimeSeconds?: number; links?: boolean } = {}): Promise<string> {
    const { lifetimeSeconds, links = false } = changes;
    if (lifetimeSeconds !== undefined) this.lifetimeSeconds = lifetimeSeconds;
    const code = await this.client.registration.update(lifetimeSeconds === undefined ? [] : [`lt=${lifetimeSeconds}`], { links });
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

  protected override async onConnected(): Promise<void> {
    await super.onConnected();
    this.updateInTime();
    this.goOn();
  }

  protected override onDisconnected(): void {
    if (this.keepAlive) clearTimeout(this.keepAlive);
    this.client.observations.endAll();
    super.onDisconnected();
  }

  protected override forget(): void {
    super.forget();
    this.execute = null;
    if (this.keepAlive) clearTimeout(this.keepAlive);
  }

  protected upgrade(upgrade: OngoingUpgrade<Lwm2mOffer>): Promise<void> {
    const { offer, power } = upgrade;
    return performLwm2mUpgrade({
      ...this.hostOf(upgrade),
      offer,
      firmware: this.firmware,
      file: this.file,
      pull: (onBlock) => {
        const onPort = (port: number): void => void this.pullPorts.push(port);
        return download(
          offer.uri,
          this.file,
          { ...this.settings.pull, habits: this.habits, security: this.security, onBlock, onPort },
          power.signal,
        );
      },
      executed: () =>
        new Promise((resolve, reject) => {
          if (this.firmware.state === STATE.updating) return resolve();
          this.execute = resolve;
          power.signal.addEventListener('abort', () => reject(power.signal.reason), { once: true });
        }),
      restart: (version, rebootMs) =>
        this.reboot(rebootMs ?? 0, power, () => {
          this.version = version ?? this.version;
          this.file = nothingPulled();
          this.firmware.uri = '';
          this.firmware.to(STATE.idle, version === null ? RESULT.failed : RESULT.success);
        }),
    });
  }

  /** What it was pulling when it lost its power, it pulls on; a package that is whole waits for Execute (device-protocols §3.5 C). */
  private goOn(): void {
    const { state, uri } = this.firmware;
    if (state === STATE.updating) this.firmware.to(STATE.idle, RESULT.failed);
    const begun = state === STATE.downloading || state === STATE.downloaded;
    if (begun && uri !== '' && !this.ongoing.refresh(ONLY, { version: '', uri, pushed: null }))
      this.begin({ version: '', uri, pushed: null });
  }

  private begin(offer: Lwm2mOffer): void {
    this.ongoing.forget();
    this.ongoing.begin(ONLY, offer);
  }

  /** Real clients update well before their lifetime ends. */
  private updateInTime(): void {
    if (this.keepAlive) clearTimeout(this.keepAlive);
    const seconds = this.lifetimeSeconds ?? 86_400;
    this.keepAlive = setTimeout(() => {
      this.updateInTime();
      void this.update().catch(() => this.connection.forgotten());
    }, seconds * 500);
    this.keepAlive.unref();
  }

  private createFirmware(): FirmwareObject {
    const { lwm2m, schemes, delivery } = this.habits;
    return new FirmwareObject({
      version: lwm2m,
      schemes,
      delivery,
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
      onExecute: () => setImmediate(() => this.execute?.()),
      onReset: () => {
        this.file = nothingPulled();
        this.ongoing.forget();
      },
    });
  }

  private createClient(endpointName: string | null): Lwm2mClient {
    return new Lwm2mClient({
      endpointName,
      habits: this.habits,
      lifetimeSeconds: () => this.lifetimeSeconds,
      lineOf: (onMessage) => lineTo(this.settings.server, this.security, onMessage),
      onPush: (packet) => this.takePush(packet),
      onRequest: (method, path) => this.tell('asked', { at: preciseNow(), method, path }),
      complain: (message) => this.complain(message),
    });
  }

  private addObjects(): void {
    this.client.objects
      .add(
        serverObject({
          lifetimeSeconds: () => this.lifetimeSeconds ?? 86_400,
          setLifetime: (seconds) => {
            this.lifetimeSeconds = seconds;
            setImmediate(() => void this.update({ lifetimeSeconds: seconds }).catch(() => undefined));
          },
          binding: this.habits.queueMode ? 'UQ' : 'U',
          triggerUpdate: () => setImmediate(() => void this.update().catch(() => undefined)),
        }),
      )
      .add(
        deviceObject(
          () => this.version,
          () => setImmediate(() => this.losePower(0)),
        ),
      )
      .add(connectivityObject(() => this.radio))
      .add(this.firmware.resources());
  }

  /** A NUL byte alone resets; a push is taken in Idle only (device-protocols §3.3). */
  private takePush(packet: ParsedPacket): Answer {
    const { firmware } = this;
    const step = this.push.take(packet);
    if (step.body?.length === 1 && step.body[0] === 0) {
      firmware.reset();
      return step.answer;
    }
    if (firmware.state === STATE.updating || firmware.state === STATE.downloaded) return { code: '4.05' };
    if (step.tooLarge) firmware.to(STATE.idle, RESULT.noStorage);
    else if (step.body) setImmediate(() => this.begin({ version: '', uri: '', pushed: step.body ?? null }));
    else firmware.to(STATE.downloading, RESULT.none);
    return step.answer;
  }
}
