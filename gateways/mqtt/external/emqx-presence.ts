import { own, readLenientJson } from '../../lenient-json';
import type { TransportParts } from '../transport-parts';
import type { EmqxApi } from './emqx-api';
import type { Resolve } from './resolve';
import { BROKER_LIMITS } from './settings';

const EVENT = /^\$SYS\/brokers\/[^/]+\/clients\/.+\/(connected|disconnected)$/s;

/** What EMQX says of its clients. */
export const EMQX_PRESENCE_FILTERS = ['connected', 'disconnected'].map((event) => `$SYS/brokers/+/clients/+/${event}`);

/** Another connection has taken the client's place: that one's beginning is what counts, whichever comes first here. */
const REPLACED = new Set(['takenover', 'takeovered', 'discarded']);

/** A session's name that sorts by time. */
const sessionOf = (at: number): string => `t${String(Math.trunc(at)).padStart(15, '0')}`;

interface Event {
  kind: 'connected' | 'disconnected';
  clientId: string;
  username: string;
  /** Epoch milliseconds, by EMQX's clock. */
  at: number;
}

/** Null: not such an event, or one that changes nothing. */
export function readPresenceEvent(topic: string, payload: Buffer): Event | null {
  const kind = EVENT.exec(topic)?.[1];
  const json = kind === undefined ? null : readLenientJson(payload);
  if (!json?.ok || (kind !== 'connected' && kind !== 'disconnected')) return null;
  const [clientId, username, at, reason] = ['clientid', 'username', `${kind}_at`, 'reason'].map((name) => own(json.value, name));
  if (typeof clientId !== 'string' || typeof username !== 'string' || typeof at !== 'number' || !(at >= 0)) return null;
  if (kind === 'disconnected' && REPLACED.has(String(reason))) return null;
  return { kind, clientId, username, at };
}

/** Presence by EMQX's system topics, which come like messages do: in the queue of their device. False: the topic is none of them. */
export function createEmqxPresence({
  devices,
  dialects,
  gatewayId,
  queues,
  sampled,
  resolve,
  api,
  by,
}: Omit<TransportParts, 'logger'> & { resolve: Resolve; api?: Pick<EmqxApi, 'subscribe'>; by?: 'HOOK' }): (
  topic: string,
  payload: Buffer,
) => Promise<void> | void | false {
  async function take({ kind, clientId, username, at }: Event): Promise<void> {
    for (const dialect of dialects) {
      const named = dialect.speaker(clientId, username);
      const identity = named && (await resolve(named));
      if (!identity) continue;
      const { deviceId } = identity;
      queues.push(deviceId, {
        kind: 'presence',
        expendable: false,
        run: async () => {
          if (kind === 'disconnected') return void (await devices.left(deviceId, gatewayId, { until: sessionOf(at) }));
          // What is pushed to it from now on has to find it subscribed.
          await api?.subscribe(clientId, dialect.downTopics(identity));
          await devices.connected(deviceId, gatewayId, sessionOf(at), by);
        },
        lost: (error) => sampled.error('presence', { deviceId, err: error }, 'Core could not be told that a device came or went'),
      });
    }
    await queues.room(BROKER_LIMITS.busyDevices);
  }

  return (topic, payload) => {
    if (!topic.startsWith('$SYS/')) return false;
    const event = readPresenceEvent(topic, payload);
    if (event === null) return;
    return take(event).catch((error: unknown) => {
      sampled.error('presence', { err: error }, 'Core could not be asked which device came or went');
    });
  };
}
