import type { DeviceReport } from '../../../core/core';
import type { Notification } from '../../../core/ports';
import type { GatewayCore } from '../../core';
import type { DeviceLanes } from '../../device-lanes';
import type { GatewayMetrics } from '../../metrics';
import type { SampledLog } from '../../sampled-log';
import type { Deliver } from '../broker/delivery';
import type { Session } from '../broker/session';
import type { DownMessage } from '../dialect';

/** What a handler can do with an event; none of it waits. */
export interface IotdaExchange {
  /** Hands a report to core in the lane of the device, and carries back what the device is to be told. */
  report(session: Session, report: DeviceReport): void;
}

/** Handles one kind of event. False: `paras` is not such an event's. */
export type IotdaHandler = (exchange: IotdaExchange, session: Session, paras: unknown) => boolean;

export function createIotdaExchange(deps: {
  tasks: GatewayCore['tasks'];
  lanes: DeviceLanes;
  deliver: Deliver;
  word: (session: Session, notification: Notification) => DownMessage;
  metrics: GatewayMetrics;
  sampled: SampledLog;
}): IotdaExchange {
  const { tasks, lanes, deliver, word, metrics, sampled } = deps;
  return {
    report(session, report) {
      const { deviceId } = session;
      // A plain percentage; one that names another version may be the end.
      const passing = report.kind === 'result' && report.code === 0 && report.progress !== null && report.progress < 100;
      lanes.push(deviceId, {
        kind: 'report',
        expendable: passing,
        ...(passing && { supersedes: `result ${report.version}` }),
        async run() {
          const notification = await tasks.report(deviceId, report, () => metrics.ignoredReports.inc());
          if (notification !== null) void deliver(session, word(session, notification));
        },
        lost: (error) =>
          sampled.error('lost report', { deviceId, report: report.kind, err: error }, 'A report was lost: core could not take it'),
      });
    },
  };
}
