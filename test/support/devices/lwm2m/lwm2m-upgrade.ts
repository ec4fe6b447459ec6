import { setTimeout as delay } from 'node:timers/promises';
import { aborted } from '../aborted';
import { installedVersion } from '../misbehaving/installed-version';
import type { UpgradeHost } from '../upgrade-host';
import { FileChanged, type PulledFile, PullRefused } from './coap/block-pull';
import { type FirmwareHeader, readFirmwareHeader } from './firmware-package';
import type { UpgradePoint } from './lwm2m-behaviours';
import { DownloadLost } from './lwm2m-download';
import { type FirmwareObject, type FirmwareState, RESULT, STATE } from './objects/firmware-object';

export interface Lwm2mOffer {
  /** Unknown before the package is here, and empty as long. */
  version: string;
  uri: string;
  /** Pushed, in place of pulled. */
  pushed: Buffer | null;
}

/** What an upgrade of an LwM2M device asks of it. */
export interface Lwm2mUpgradeHost extends Omit<UpgradeHost, 'download' | 'cutIfPlanned'> {
  readonly offer: Lwm2mOffer;
  readonly firmware: FirmwareObject;
  /** What it has of the package, kept over a loss of power. */
  readonly file: PulledFile;
  /** What it makes of an image that says nothing of itself. Null: nothing. */
  bareImage(image: Buffer): FirmwareHeader | null;
  /** Settles when it does not hold any longer where it was told to. */
  readonly relented: Promise<void>;
  /** It updates without being told. */
  readonly automatic: boolean;
  pull(onBlock: (file: PulledFile) => Promise<void>): Promise<void>;
  /** Settles when the server executes `/5/0/2`. */
  executed(): Promise<void>;
  /** It has come so far: it moves or loses its power, if the plan says so, and then it throws. */
  reached(point: UpgradePoint): Promise<void>;
}

/** The device's side of one upgrade, from the URI or the pushed package to the restart (device-protocols §3.5). */
export async function performLwm2mUpgrade(host: Lwm2mUpgradeHost): Promise<void> {
  const { plan, pacing, signal, firmware, offer } = host;
  if (plan.has('silent')) await aborted(signal);
  await sticks(host, STATE.downloading);
  await host.reached('notified');
  if (endsEarly(host, 'notified') || (!offer.pushed && !pacing.skipDownload && !(await pulled(host))) || endsEarly(host, 'downloaded'))
    return;
  const image = offer.pushed ?? Buffer.concat(host.file.pieces);
  const header = readFirmwareHeader(image) ?? host.bareImage(image);
  if (header === null) return firmware.to(STATE.idle, RESULT.wrongType);
  if (header.size !== image.length || plan.take('corruptDownload')) return firmware.to(STATE.idle, RESULT.integrity);
  offer.version = header.version;
  firmware.packageVersion = header.version;
  host.onDownloaded();
  firmware.to(STATE.downloaded, RESULT.none);
  await host.reached('downloaded');
  if (host.automatic) firmware.to(STATE.updating);
  else await permitted(host);
  await host.reached('executed');
  if (pacing.installMs) await delay(pacing.installMs, undefined, { signal });
  if (endsEarly(host, 'installed')) return;
  if (plan.has('neverReportsVersion')) await aborted(signal);
  await sticks(host, STATE.updating);
  const late = plan.take('disconnectsAt', ({ point }) => point === 'reboot');
  await host.restart(installedVersion(plan, header.version), (pacing.rebootMs ?? 0) + (late?.forMs ?? 0));
}

/** Until its power goes or it relents. */
async function sticks({ plan, signal, relented }: Lwm2mUpgradeHost, where: FirmwareState): Promise<void> {
  const stuck = plan.take('sticksIn', ({ state }) => state === where);
  if (stuck) await (stuck.times === 'untilTold' ? Promise.race([aborted(signal), relented]) : aborted(signal));
}

function endsEarly({ plan, firmware }: Lwm2mUpgradeHost, point: 'notified' | 'downloaded' | 'installed'): boolean {
  const end = plan.take('ends', ({ at }) => at === point);
  if (end) firmware.to(end.state, end.result);
  return end !== undefined;
}

/** The server executes, and the user does not put it off any longer. */
async function permitted({ plan, firmware, signal, executed, relented }: Lwm2mUpgradeHost): Promise<void> {
  await executed();
  for (let put = plan.take('defers'); put; put = plan.take('defers')) {
    firmware.to(STATE.downloaded, RESULT.deferred);
    if (put.ms === null) await executed();
    else await Promise.race([executed(), put.ms === 'told' ? relented : delay(put.ms, undefined, { signal })]);
    firmware.to(STATE.updating, RESULT.none);
  }
}

/** False: the result says why not. */
async function pulled(host: Lwm2mUpgradeHost): Promise<boolean> {
  const { plan, pacing, signal, firmware, file } = host;
  const stall = plan.get('stallsAt');
  const overMs = plan.get('slow')?.overMs ?? pacing.downloadMs ?? 0;
  let before = file.length;
  try {
    await host.pull(async ({ length, size }) => {
      host.onBytes(length - before);
      if (overMs > 0 && size) await delay((overMs * (length - before)) / size, undefined, { signal });
      before = length;
      await host.reached('progress');
      if (stall && size && length >= (size * stall.percent) / 100) await aborted(signal);
    });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PullRefused) firmware.to(STATE.idle, RESULT.invalidUri);
    else if (error instanceof DownloadLost || error instanceof FileChanged) firmware.to(STATE.idle, RESULT.lostContact);
    else throw error;
    return false;
  }
}
