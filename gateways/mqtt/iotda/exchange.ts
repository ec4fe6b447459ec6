import type { DeviceAnswer, DeviceReport } from '../../../core/reports/contract';
import type { SampledLog } from '../../../core/sampled-log';
import type { GatewayCore } from '../../core';
import type { DeviceQueues } from '../../device-queues';
import type { GatewayMetrics } from '../../metrics';
import { asOfNow } from '../as-of-now';
import type { DownMessage, Peer } from '../dialect';
import type { Unreadable } from '../unreadable';

/** What a handler can do with an event; none of it waits. */
export interface IotdaExchange {
  /** Hands a report to core in the queue of the device, and carries back what the device is to be told. */
  report(peer: Peer, report: DeviceReport): void;
}

/** Handles one kind of event, or says what of `paras` cannot be read; null: nothing. */
export type IotdaHandler = (exchange: IotdaExchange, peer: Peer, paras: unknown) => Unreadable | null;

export function createIotdaExchange(deps: {
  tasks: GatewayCore['tasks'];
  queues: DeviceQueues;
  toMessage: (peer: Peer, answer: DeviceAnswer) => DownMessage;
  metrics: GatewayMetrics;
  sampled: SampledLog;
}): IotdaExchange {
  const { tasks, queues, toMessage, metrics, sampled } = deps;
  return {
    report(peer, report) {
      const { deviceId, proof } = peer;
      // A plain percentage; one that names another version may be the end.
      const passing = report.kind === 'result' && report.code === 0 && report.progress !== null && report.progress < 100;
      queues.push(deviceId, {
        kind: 'report',
        expendable: passing,
        ...(passing && { supersedes: `result ${report.version}` }),
        async run() {
          const answer = await tasks.report(deviceId, asOfNow(peer, report), () => metrics.ignoredReports.inc(), proof);
          if (answer !== null) void peer.send(toMessage(peer, answer));
        },
        lost: (error) =>
          sampled.error('lost report', { deviceId, report: report.kind, err: error }, 'A report was lost: core could not take it'),
      });
    },
  };
}
