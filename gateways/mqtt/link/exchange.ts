import type { DeviceReport } from '../../../core/core';
import type { Notification } from '../../../core/ports';
import type { GatewayCore } from '../../core';
import type { DeviceLanes } from '../../device-lanes';
import type { GatewayMetrics } from '../../metrics';
import type { SampledLog } from '../../sampled-log';
import type { Deliver } from '../broker/delivery';
import type { MqttQuotas } from '../broker/quotas';
import type { Session } from '../broker/session';
import type { DownMessage } from '../dialect';
import type { BlockService } from './block-service';
import { createOpenRequests } from './open-requests';

/** This dialect has no report of a result. */
export type LinkReport = Exclude<DeviceReport, { kind: 'result' }>;

/** What a handler can do with a message; none of it waits. Reports and questions are queued in the lane of the device. */
export interface Exchange {
  report(session: Session, report: LinkReport): void;
  /** Gets a block of a file; `answer` words it. Silence when too much is asked for (device-protocols §1.4). */
  block: BlockService;
  /** Asks core what the device has to do. `answer` words it; null is silence. Not sent when the session is over by then. */
  ask(session: Session, module: string, answer: (notification: Notification | null) => DownMessage | null): void;
}

/** Handles one kind of message. False: the body is not such a message. */
export type LinkHandler = (exchange: Exchange, session: Session, body: unknown) => boolean;

export function createExchange(deps: {
  tasks: GatewayCore['tasks'];
  lanes: DeviceLanes;
  deliver: Deliver;
  blocks: BlockService;
  metrics: GatewayMetrics;
  quotas: Pick<MqttQuotas, 'openRequests'>;
  sampled: SampledLog;
}): Exchange {
  const { tasks, lanes, deliver, blocks, metrics, quotas, sampled } = deps;
  const openRequest = createOpenRequests(quotas.openRequests);
  return {
    block: blocks,

    report({ deviceId }, report) {
      lanes.push(deviceId, {
        kind: 'report',
        expendable: report.kind === 'progress',
        ...(report.kind === 'progress' && { supersedes: `progress ${report.module}` }),
        run: async () => void (await tasks.report(deviceId, report, () => metrics.ignoredReports.inc())),
        lost: (error) =>
          sampled.error(
            'lost report',
            { deviceId, report: report.kind, module: report.module, err: error },
            'A report was lost: core could not take it',
          ),
      });
    },

    ask(session, module, answer) {
      const { deviceId } = session;
      const open = openRequest(session);
      if (open === null) return metrics.dropped.too_many_requests.inc();
      lanes.push(deviceId, {
        kind: 'request',
        expendable: false,
        async run() {
          if (session.client.closed) return;
          const message = answer(await tasks.requested(deviceId, module));
          open.close();
          if (message !== null) void deliver(session, message);
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
