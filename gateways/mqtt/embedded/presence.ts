import type { SampledLog } from '../../../core/sampled-log';
import type { GatewayCore } from '../../core';
import type { DeviceQueues, QueueJob } from '../../device-queues';
import type { Session } from './session';

export interface Presence {
  began(session: Session): void;
  ended(session: Session): void;
  /** The store has it off-line while the session goes on. */
  forgotten(session: Session): void;
}

/** Tells core which devices are on-line (R-DEV-2), in the same queue as their reports: a report never comes before its connection. */
export function createPresence(deps: {
  devices: GatewayCore['devices'];
  gatewayId: string;
  queues: DeviceQueues;
  sampled: SampledLog;
}): Presence {
  const { devices, gatewayId, queues, sampled } = deps;
  const began = new WeakMap<Session, QueueJob>();

  return {
    began(session) {
      const { deviceId, id, proof } = session;
      const job: QueueJob = {
        kind: 'presence',
        expendable: false,
        async run() {
          // One that is told late, when the stores are back or this process goes on, may be over: the device may be elsewhere by now.
          if (session.closed) return;
          // It was let in by what has changed since, or its device was deleted in between.
          if ((await devices.connected(deviceId, gatewayId, id, proof, session.tookOver)) === false) session.client.close();
        },
        lost(error) {
          sampled.error(
            'presence',
            { deviceId, err: error },
            'Core could not be told that a device came on-line; closing its connection so that it tries again',
          );
          session.client.close();
        },
      };
      began.set(session, job);
      queues.push(deviceId, job);
    },

    ended(session) {
      const { deviceId, id } = session;
      const job = began.get(session);
      /** A session that core has not heard of needs no end either; so a device that flaps keeps its queue short. */
      if (job !== undefined && queues.withdraw(deviceId, job)) return;
      queues.push(deviceId, {
        kind: 'presence',
        expendable: false,
        run: () => devices.disconnected(deviceId, id),
        lost: (error) => sampled.error('presence', { deviceId, err: error }, 'Core could not be told that a device went off-line'),
      });
    },

    /** Behind what is told already, which may be the very same thing. */
    forgotten(session) {
      const { deviceId, id, proof } = session;
      queues.push(deviceId, {
        kind: 'presence',
        expendable: true,
        run: async () => {
          if (!session.closed) await devices.stillConnected(deviceId, gatewayId, id, proof);
        },
        lost: (error) => sampled.error('presence', { deviceId, err: error }, 'Core could not be told that a device is still on-line'),
      });
    },
  };
}
