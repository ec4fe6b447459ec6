import { setTimeout as delay } from 'node:timers/promises';
import { aborted } from '../aborted';
import { installedVersion } from '../misbehaving/installed-version';
import type { UpgradeHost } from '../upgrade-host';
import { type PulledFile, PullRefused } from './coap/block-pull';
import { readFirmwareHeader } from './firmware-package';
import { DownloadLost } from './lwm2m-download';
import { type FirmwareObject, RESULT, STATE } from './objects/firmware-object';

export interface Lwm2mOffer {
  /** Unknown before the package is here, and empty as long. */
  version: string;
  uri: string;
  /** Pushed, in place of pulled. */
  pushed: Buffer | null;
}

/** What an upgrade of an LwM2M device asks of it. */
export interface Lwm2mUpgradeHost extends Omit<UpgradeHost, 'download'> {
  readonly offer: Lwm2mOffer;
  readonly firmware: FirmwareObject;
  /** What it has of the package, kept over a loss of power. */
  readonly file: PulledFile;
  pull(onBlock: (file: PulledFile) => Promise<void>): Promise<void>;
  /** Settles when the server executes `/5/0/2`. */
  executed(): Promise<void>;
}

const LOST_CONTACT = 4;

/** The device's side of one upgrade, from the URI or the pushed package to the restart (device-protocols §3.5). */
export async function performLwm2mUpgrade(host: Lwm2mUpgradeHost): Promise<void> {
  const { plan, pacing, signal, firmware, offer } = host;
  if (plan.has('silent')) await aborted(signal);
  host.cutIfPlanned('notified');
  const planned = plan.take('resultCode', ({ code }) => code !== RESULT.failed);
  if (planned) return firmware.to(STATE.idle, planned.code);
  if (!offer.pushed && !(await pulled(host))) return;
  const image = offer.pushed ?? Buffer.concat(host.file.pieces);
  const header = readFirmwareHeader(image);
  if (header === null) return firmware.to(STATE.idle, RESULT.wrongType);
  if (header.size !== image.length || plan.take('corruptDownload')) return firmware.to(STATE.idle, RESULT.integrity);
  offer.version = header.version;
  firmware.packageVersion = header.version;
  host.onDownloaded();
  firmware.to(STATE.downloaded, RESULT.none);
  host.cutIfPlanned('downloaded');
  await host.executed();
  if (pacing.installMs) await delay(pacing.installMs, undefined, { signal });
  if (plan.take('resultCode', ({ code }) => code === RESULT.failed)) return firmware.to(STATE.downloaded, RESULT.failed);
  if (plan.has('neverReportsVersion')) await aborted(signal);
  const late = plan.take('disconnectsAt', ({ point }) => point === 'reboot');
  await host.restart(installedVersion(plan, header.version), (pacing.rebootMs ?? 0) + (late?.forMs ?? 0));
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
      host.cutIfPlanned('progress');
      if (stall && size && length >= (size * stall.percent) / 100) await aborted(signal);
    });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PullRefused) firmware.to(STATE.idle, RESULT.invalidUri);
    else if (error instanceof DownloadLost) firmware.to(STATE.idle, LOST_CONTACT);
    else throw error;
    return false;
  }
}
