import { setTimeout as delay } from 'node:timers/promises';
import type { FailureStep } from '../behaviours';
import { DownloadFailed, type DownloadHooks, DownloadRefused, ResumingDownload } from '../download/resuming-download';
import { type BlockLine, StreamDownload } from '../download/stream-download';
import { installedVersion } from '../misbehaving/installed-version';
import type { UpgradeHost } from '../upgrade-host';
import { StepReporter } from './step-reporter';
import type { OfferedFile, UpgradeOffer } from './upgrade-offer';

/** What an upgrade of the Link dialect asks of its device. */
export interface LinkUpgradeHost extends UpgradeHost {
  /** The newest offer of the version: a repeated notification brings a fresh URL. */
  offer(): UpgradeOffer;
  reportStep(step: number): void;
  /** Asks firmware/get; null when there is no task or no answer. */
  ask(): Promise<UpgradeOffer | null>;
  /** For files that come over MQTT. */
  readonly blocks: BlockLine;
}

const REFUSALS_ENDURED = 3;

/** The device's side of one notification, from step 0 to the reported version (device-protocols §1.5 A). */
export async function performLinkUpgrade(host: LinkUpgradeHost): Promise<void> {
  const { plan, pacing, signal } = host;
  host.cutIfPlanned('notified');
  const steps = new StepReporter(host);
  if (pacing.skipDownload || willFail(host, -2)) steps.opened();
  if (fails(host, -2)) return;
  if (pacing.skipDownload) await steps.upTo(99);
  else if ((await downloadFiles(host, steps)) === 'gave up') return;
  if (plan.take('corruptDownload')) return host.reportStep(-3);
  if (fails(host, -3)) return;
  await steps.finish();
  host.cutIfPlanned('downloaded');
  if (pacing.installMs) await delay(pacing.installMs, undefined, { signal });
  if (fails(host, -4) || fails(host, -1) || plan.has('neverReportsVersion')) return;
  const { rebootMs = 0 } = pacing;
  const late = plan.take('disconnectsAt', ({ point }) => point === 'reboot');
  await host.restart(installedVersion(plan, host.offer().version), late ? (rebootMs ?? 0) + late.forMs : rebootMs);
}

/** Every file of the offer, one after the other, as one percentage. */
async function downloadFiles(host: LinkUpgradeHost, steps: StepReporter): Promise<'intact' | 'gave up'> {
  const total = host.offer().files.reduce((sum, { size }) => sum + size, 0);
  let loaded = 0;
  const hooks = {
    onOpen: () => steps.opened(),
    onBytes: (piece: number) => {
      loaded += piece;
      host.onBytes(piece);
      return steps.upTo(Math.floor((100 * loaded) / total));
    },
  };
  for (const [index, file] of host.offer().files.entries()) {
    if (file.stream) {
      const ended = await overMqtt(host, { ...file, stream: file.stream }, hooks);
      if (ended === 'gave up') return ended;
      continue;
    }
    const download = new ResumingDownload(file, host.offer().digest, host.download);
    for (let refusals = 0, url = file.url; ; ) {
      try {
        await download.run(url, hooks, host.signal);
        break;
      } catch (error) {
        host.signal.throwIfAborted();
        if (error instanceof DownloadFailed) return giveUp(host, -2);
        if (!(error instanceof DownloadRefused)) throw error;
        // The SDK stops without a report; only asking again brings a URL that works (device-protocols §1.5 D).
        const fresh = error.status === 403 && ++refusals <= REFUSALS_ENDURED ? await host.ask() : null;
        if (!fresh) return 'gave up';
        url = fresh.files[index]?.url ?? url;
      }
    }
    if (!download.isIntact()) return giveUp(host, -3);
  }
  host.onDownloaded();
  return 'intact';
}

/** Giving up is step -4 there, for whatever reason (device-protocols §1.4). */
async function overMqtt(
  host: LinkUpgradeHost,
  file: OfferedFile & Required<Pick<OfferedFile, 'stream'>>,
  hooks: DownloadHooks,
): Promise<'intact' | 'gave up'> {
  const download = new StreamDownload(file, host.offer().digest, host.download, host.blocks);
  try {
    await download.run(hooks, host.signal);
  } catch (error) {
    host.signal.throwIfAborted();
    if (error instanceof DownloadFailed) return giveUp(host, -4);
    throw error;
  }
  return download.isIntact() ? 'intact' : giveUp(host, -3);
}

function giveUp(host: LinkUpgradeHost, step: FailureStep): 'gave up' {
  host.reportStep(step);
  return 'gave up';
}

function willFail(host: LinkUpgradeHost, step: FailureStep): boolean {
  return host.plan.get('failsWith', (behaviour) => behaviour.step === step) !== undefined;
}

function fails(host: LinkUpgradeHost, step: FailureStep): boolean {
  const planned = host.plan.take('failsWith', (behaviour) => behaviour.step === step) !== undefined;
  if (planned) host.reportStep(step);
  return planned;
}
