import type { Duplex } from 'node:stream';
import type { Aedes } from 'aedes';
import { isFor } from '../../../core/devices/is-for';
import type { DeviceId } from '../../../schema/model/ids';
import { createAdmission } from '../../admission';
import { createAttempts } from '../../attempts';
import { ANSWER_WITHIN_MS } from '../../in-time';
import type { Transport } from '../../transport';
import { createAuthenticate } from '../authenticate';
import type { Identity } from '../dialect';
import { createFamilies } from '../families';
import type { TransportParts } from '../transport-parts';
import { createDeviceBroker } from './broker';
import { createDeliver } from './delivery';
import { type Listeners, type ListenSettings, type MqttUrls, openListeners } from './listeners';
import { createPresence } from './presence';
import { createSessions, type Session } from './session';
import { type SessionCheck, startSessionCheck } from './session-check';
import type { ProvenPeer } from './tls/proven-peer';
import { createPskKeys } from './tls/psk-keys';

/** Devices connect to a broker inside this process, which holds their sessions. */
export function createEmbeddedTransport(
  { devices, dialects, gatewayId, queues, quotas, metrics, sampled, accountOf, logger }: TransportParts,
  settings: Omit<ListenSettings, 'connections' | 'strangers'>,
): Transport<MqttUrls> {
  const presence = createPresence({ devices, gatewayId, queues, sampled });
  let stopping = false;
  const families = createFamilies({ devices, queues, metrics, sampled });
  const sessions = createSessions(
    { deliver: createDeliver(metrics, quotas), childOf: families.childOf },
    {
      begin(session) {
        metrics.sessions.inc();
        presence.began(session);
      },
      end(session) {
        metrics.sessions.dec();
        /** On the way down one reset says it for all of them. */
        if (!stopping) presence.ended(session);
      },
    },
  );
  const isOpen = (deviceId: DeviceId): boolean => sessions.of(deviceId)?.client.closed === false;

  /** A device's own connection, or its parent's. */
  function reach(deviceId: DeviceId, parentId?: DeviceId): { session: Session; device: Identity } | null {
    const own = sessions.of(deviceId);
    if (own !== undefined && (parentId === undefined || isOpen(deviceId))) return { session: own, device: own };
    const session = parentId === undefined ? undefined : sessions.of(parentId);
    return session ? { session, device: families.identityOf(session, deviceId) } : null;
  }

  let broker: Aedes | null = null;
  let listeners: Listeners | null = null;
  let check: SessionCheck | null = null;

  return {
    dialects: dialects.map(({ name }) => name),
    connected: true,
    onConnected: (listener) => listener(true),
    onPushes: (listener) => listener(true),
    link: {
      gatewayId,
      isConnected: isOpen,
      async notify(notification, parentId) {
        const reached = reach(notification.deviceId, parentId);
        if (reached === null) return false;
        const { session, device } = reached;
        if (device.parent && notification.dialect && notification.dialect !== session.dialect.name) return false;
        // What let it in was changed while this was on its way: whoever shows what is right now gets it then.
        if (device.parent === undefined && !isFor(notification, session.proof)) return false;
        return session.send(session.dialect.upgradeMessage(device, notification));
      },
      async queryVersion({ deviceId, dialect }, parentId) {
        const reached = reach(deviceId, parentId);
        if (reached === null) return false;
        const { session, device } = reached;
        if (device.parent && dialect && dialect !== session.dialect.name) return false;
        const message = session.dialect.queryMessage?.(device);
        return message !== undefined && session.send(message);
      },
    },

    async start() {
      const attempts = createAttempts(quotas);
      const authenticate = createAuthenticate({ devices, dialects, attempts, metrics, sampled });
      const { authentications: concurrent, connectsWaiting: waiting, connections, strangers } = quotas;
      const admit = createAdmission({ concurrent, waiting, waitMs: ANSWER_WITHIN_MS });
      const keys = createPskKeys({ devices, dialects, admit, metrics, sampled });
      const peers = new WeakMap<Duplex, { proven: ProvenPeer; greeted(): void }>();
      const greet = (connection: Duplex): ProvenPeer => {
        const peer = peers.get(connection);
        peer?.greeted();
        return peer?.proven ?? {};
      };
      const opened = await createDeviceBroker({ authenticate, admit, greet, quotas, sessions, metrics, accountOf, logger });
      broker = opened;
      listeners = await openListeners(
        { ...settings, connections, strangers },
        { metrics, sampled, keys, attempts },
        {
          connection(connection, proven, greeted) {
            peers.set(connection, { proven, greeted });
            opened.handle(connection);
          },
          skipped(connection, topic, head) {
            const session = sessions.over(connection);
            session?.dialect.receiveTooLong(session, topic, head);
          },
        },
      );
      check = startSessionCheck({ devices, presence, gatewayId, sessions, everyMs: quotas.sessionCheckMs, metrics, sampled });
      logger.info({ gatewayId, ...listeners.urls }, 'Devices can connect');
      return listeners.urls;
    },

    async close() {
      stopping = true;
      const running = broker;
      await listeners?.close();
      await check?.stop();
      if (running !== null) await new Promise<void>((resolve) => running.close(() => resolve()));
    },
  };
}
