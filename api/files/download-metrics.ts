import { Counter, Gauge, type Registry } from 'prom-client';
import { TRANSFER_ENDS, type TransferEnd } from '../../core/downloads/contract';

/** Downloads over HTTP, as far as people have to know of them. */
export interface DownloadMetrics {
  running: { inc(): void; dec(): void };
  cut(reason: TransferEnd): void;
  refused(status: number): void;
}

export function createDownloadMetrics(registry: Registry): DownloadMetrics {
  const registers = [registry];
  const name = (rest: string): string => `updraft_downloads_${rest}`;
  const cut = new Counter({
    ...{ name: name('cut_total'), registers, labelNames: ['reason'] },
    help: 'Running downloads that were ended before their end, by reason',
  });
  const refused = new Counter({ name: name('refused_total'), help: 'Refused downloads by status', labelNames: ['status'], registers });
  for (const reason of TRANSFER_ENDS) cut.labels(reason);
  return {
    running: new Gauge({ name: name('running'), help: 'Downloads that run now', registers }),
    cut: (reason) => cut.inc({ reason }),
    refused: (status) => refused.inc({ status }),
  };
}
