import type { Logger } from 'pino';
import type { DeviceReport } from '../../../core/core';
import type { Notification } from '../../../core/ports';
import type { GatewayCore } from '../../core';
import type { DeviceLanes } from '../../device-lanes';
import type { Deliver } from '../broker/delivery';
import type { Session } from '../broker/session';
import type { DownMessage } from '../dialect';

/** What a handler can do with a message; all of it is queued in the lane of the device, none of it waits. */
export interface Exchange {
  report(session: Session, report: DeviceReport): void;
  /** Asks core what the device has to do. `answer` words it; null is silence. Not sent when the session is over by then. */
  ask(session: Session, module: string, answer: (notification: Notification | null) => DownMessage | null): void;
}

/** Handles one kind of message. False: the body is not such a message. */
export type LinkHandler = (exchange: Exchange, session: Session, body: unknown) => boolean;

export function createExchange(deps: { tasks: GatewayCore['tasks']; lanes: DeviceLanes; deliver: Deliver; logger: Logger }): Exchange {
  const { tasks, lanes, deliver, logger } = deps;
  return {
    report({ deviceId }, report) {
      lanes.push(deviceId, {
        kind: 'report',
        expendable: report.kind === 'progress',
        run: () => tasks.report(deviceId, report),
        lost: (error) =>
          logger.error({ deviceId, report: report.kind, module: report.module, err: error }, 'A report was lost: core could not take it'),
      });
    },

    ask(session, module, answer) {
      const { deviceId } = session;
      lanes.push(deviceId, {
        kind: 'request',
        expendable: false,
        async run() {
          if (session.client.closed) return;
          const message = answer(await tasks.requested(deviceId, module));
          if (message !== null) void deliver(session, message);
        },
        lost: (error) => logger.error({ deviceId, module, err: error }, "A device's question was not answered: core could not take it"),
      });
    },
  };
}
