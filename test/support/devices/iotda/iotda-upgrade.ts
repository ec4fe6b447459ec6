import { setTimeout as delay } from 'node:timers/promises';
import { aborted } from '../aborted';
import { DownloadFailed, DownloadRefused, ResumingDownload } from '../download/resuming-download';
import { installedVersion } from '../misbehaving/installed-version';
import type { UpgradeHost } from '../upgrade-host';
import type { IotdaOffer } from './iotda-messages';

/** What an upgrade of the IoTDA dialect asks of its device. */
export interface IotdaUpgradeHost extends UpgradeHost {
  readonly offer: IotdaOffer;
  /** `version`: the one it runs, unless another is named. */
  report(code: number, progress?: number, version?: string): void;
}

/** Codes that a device gives once it has the file (device-protocols §2.8); with the others it does not begin. */
const AFTER_DOWNLOAD = [7, 9, 10];
const DOWNLOAD_TIMEOUT = 6;
const VERIFICATION_FAILED = 7;

/** The device's side of one upgrade event, to the report of the version it comes up with (device-protocols §2.6 A). */
export async function performIotdaUpgrade(host: IotdaUpgradeHost): Promise<void> {
  const { plan, pacing, signal, offer } = host;
  host.cutIfPlanned('notified');
  if (refuses(host, (code) => !AFTER_DOWNLOAD.includes(code))) return;
  if (!pacing.skipDownload && !(await downloaded(host))) return;
  if (plan.take('corruptDownload')) return host.report(VERIFICATION_FAILED, 0);
  if (refuses(host, () => true)) return;
  host.report(0, 100, plan.has('claimsEarly') ? offer.version : undefined);
  host.cutIfPlanned('downloaded');
  if (pacing.installMs) await delay(pacing.installMs, undefined, { signal });
  if (plan.has('neverReportsVersion')) return;
  const late = plan.take('disconnectsAt', ({ point }) => point === 'reboot');
  await host.restart(installedVersion(plan, offer.version), (pacing.rebootMs ?? 0) + (late?.forMs ?? 0));
}

/** The C sample names the target version with every failure (§2.4). */
function refuses(host: IotdaUpgradeHost, when: (code: number) => boolean): boolean {
  const planned = host.plan.take('resultCode', ({ code }) => when(code));
  if (planned) host.report(planned.code, 0, planned.namesTarget ? host.offer.version : undefined);
  return planned !== undefined;
}

/** False: it has reported why not. The Java sample says code 6 whatever went wrong (§2.5). */
async function downloaded(host: IotdaUpgradeHost): Promise<boolean> {
  const { offer, plan, pacing } = host;
  const stall = plan.get('stallsAt');
  const settings = {
    ...host.download,
    ...(offer.token !== null && { bearer: offer.token }),
    ...(stall && { bytes: Math.ceil((offer.size * stall.percent) / 100) }),
  };
  const download = new ResumingDownload({ size: offer.size, sign: offer.sign }, 'sha256', settings);
  const steps = [...(pacing.stepsReported ?? [25, 50, 75])].filter((step) => step < 100);
  const pauseMs = (plan.get('slow')?.overMs ?? pacing.downloadMs ?? 0) / Math.max(1, steps.length);
  const hooks = {
    onOpen: () => {},
    async onBytes(piece: number, done: number) {
      host.onBytes(piece);
      const percent = (100 * done) / offer.size;
      for (let step = steps[0]; step !== undefined && step <= percent; step = steps[0]) {
        steps.shift();
        if (pauseMs > 0) await delay(pauseMs, undefined, { signal: host.signal });
        host.report(0, step);
        host.cutIfPlanned('progress');
      }
    },
  };
  try {
    await download.run(offer.url, hooks, host.signal);
  } catch (error) {
    host.signal.throwIfAborted();
    if (!(error instanceof DownloadRefused || error instanceof DownloadFailed)) throw error;
    host.report(DOWNLOAD_TIMEOUT, 0);
    return false;
  }
  if (stall) await aborted(host.signal);
  if (!download.isIntact()) {
    host.report(VERIFICATION_FAILED, 0);
    return false;
  }
  host.onDownloaded();
  return true;
}
