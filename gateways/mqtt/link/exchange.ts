import type { AccountOf } from '../../../core/accounts';
import type { Notification } from '../../../core/ports';
import type { DeviceReport } from '../../../core/reports/contract';
import type { SampledLog } from '../../../core/sampled-log';
import { moduleKey } from '../../../schema/model/device/module-version';
import type { GatewayCore } from '../../core';
import type { DeviceQueues } from '../../device-queues';
import type { GatewayMetrics } from '../../metrics';
import { asOfNow } from '../as-of-now';
import type { DownMessage, Peer } from '../dialect';
import type { MqttQuotas } from '../quotas';
import type { Unreadable } from '../unreadable';
import type { BlockService } from './block-service';
import { createOpenRequests } from './open-requests';

/** This dialect has no report of a result. */
export type LinkReport = Exclude<DeviceReport, { kind: 'result' }>;

/** What a handler can do with a message; none of it waits. Reports and questions are queued in the queue of the device. */
export interface Exchange {
  report(peer: Peer, report: LinkReport): void;
  /** Gets a block of a file in its turn; `answer` words it. Silence beyond what may be open (device-protocols §1.4). */
  block: BlockService;
  /** Asks core what the device has to do. `answer` words it; null is silence. Not sent when the peer has gone by then. */
  ask(peer: Peer, module: string, answer: (notification: Notification | null) => DownMessage | null): void;
}

/** Handles one kind of message, or says why it cannot be read; null where it can. */
export type LinkHandler = (exchange: Exchange, peer: Peer, body: unknown) => Unreadable | null;

export function createExchange(deps: {
  tasks: GatewayCore['tasks'];
  queues: DeviceQueues;
  blocks: BlockService;
  metrics: GatewayMetrics;
  quotas: Pick<MqttQuotas, 'openRequests'>;
  sampled: SampledLog;
  accountOf: AccountOf;
}): Exchange {
  const { tasks, queues, blocks, metrics, quotas, sampled, accountOf } = deps;
  const openRequest = createOpenRequests(quotas.openRequests);
  return {
    block: blocks,

    report(peer, report) {
      const { deviceId, proof } = peer;
      // A lower percentage says less than the one after it. That it was at 100 % decides what its next version means.
      const passing = report.kind === 'progress' && report.percent < 100;
      queues.push(deviceId, {
        kind: 'report',
        expendable: passing,
        ...(report.kind === 'progress' && { supersedes: `progress ${moduleKey(report.module)}` }),
        run: async () => void (await tasks.report(deviceId, asOfNow(peer, report), () => metrics.ignoredReports.inc(), proof)),
        lost: (error) =>
          sampled.error(
            'lost report',
            { deviceId, report: report.kind, module: report.module, err: error },
            'A report was lost: core could not take it',
          ),
      });
    },

    ask(peer, module, answer) {
      const { deviceId, proof } = peer;
      const open = openRequest(accountOf(deviceId));
      if (open === null) return metrics.dropped.too_many_requests.inc();
      queues.push(deviceId, {
        kind: 'request',
        expendable: false,
        async run() {
          if (peer.closed) return open.close();
          const message = answer(await tasks.requested(deviceId, module, proof));
          open.close();
          if (message !== null) void peer.send(message);
        },
        crowdedOut: open.close,
        lost(error) {
          open.close();
          sampled.error('lost request', { deviceId, module, err: error }, "A device's question was not answered: core could not take it");
        },
      });
    },
  };
}
