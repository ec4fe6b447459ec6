import { Counter, Gauge, type Registry } from 'prom-client';
import { TRANSFER_ENDS, type TransferEnd } from '../../core/downloads/contract';

/** `unavailable`: before it began, since MongoDB was away, or too many were running, for too long. */
type Cut = TransferEnd | 'unavailable';

/** Downloads over HTTP, as far as people have to know of them. */
export interface DownloadMetrics {
  running: { inc(): void; dec(): void };
  cut(reason: Cut): void;
  refused(status: number): void;
}

export function createDownloadMetrics(registry: Registry): DownloadMetrics {
  const registers = [registry];
  const name = (rest: string): string => `updraft_downloads_${rest}`;
  const cut = new Counter({
    ...{ name: name('cut_total'), registers, labelNames: ['reason'] },
    help: 'Downloads that were ended before their end, by reason',
  });
  const refused = new Counter({ name: name('refused_total'), help: 'Refused downloads by status', labelNames: ['status'], registers });
  for (const reason of [...TRANSFER_ENDS, 'unavailable']) cut.labels(reason);
  return {
    running: new Gauge({ name: name('running'), help: 'Downloads that run now', registers }),
    cut: (reason) => cut.inc({ reason }),
    refused: (status) => refused.inc({ status }),
  };
}
