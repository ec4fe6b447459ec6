import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Aedes, AedesOptions, Client, PublishPacket } from 'aedes';
import type { Logger } from 'pino';
import type { AccountOf } from '../../../core/accounts';
import type { Admit } from '../../admission';
import type { GatewayMetrics } from '../../metrics';
import type { Authenticate } from '../authenticate';
import { whenChild } from '../children';
import { CONNACK, type ConnectPacket } from '../dialect';
import { clampKeepAlive, MQTT_LIMITS } from '../limits';
import type { MqttQuotas } from '../quotas';
import { createRateLimit } from '../rate-limit';
import { overlaps } from '../topic-filter';
import type { Session, Sessions } from './session';
import { limitQos } from './subscribe-qos';
import type { ProvenPeer } from './tls/proven-peer';

type Done = (error?: Error) => void;

/** Filters that the topics of one child take. */
const FILTERS_OF_CHILD = 4;

function hasRoomFor({ granted, dialect, children }: Session, filter: string): boolean {
  if (filter.length > MQTT_LIMITS.filterLength) return false;
  return granted.has(filter) || granted.size < (dialect.subscriptions ?? MQTT_LIMITS.subscriptions) + FILTERS_OF_CHILD * children;
}

interface BrokerDeps {
  authenticate: Authenticate;
  admit: Admit;
  /** A CONNECT has come over it. Gives what the transport has proven. */
  greet(connection: Duplex): ProvenPeer;
  quotas: MqttQuotas;
  sessions: Sessions;
  metrics: GatewayMetrics;
  accountOf: AccountOf;
  logger: Logger;
}

/**
 * aedes as a protocol engine without a router: what a device publishes goes to its dialect and nowhere else, and what it
 * subscribes to is acknowledged and noted. No message of one device can reach another, whatever is authorized.
 */
export async function createDeviceBroker(deps: BrokerDeps): Promise<Aedes> {
  const { authenticate, admit, greet, quotas, sessions, metrics, accountOf, logger } = deps;
  const { Aedes: Broker } = await import('aedes');
  /** What CONNECT said, until it is decided on. */
  const connecting = new WeakMap<Client, ConnectPacket>();
  const accepted = new WeakMap<Client, Exclude<Awaited<ReturnType<Authenticate>>, number>>();
  const rateLimit = createRateLimit(metrics, quotas, accountOf);
  let anonymous = 0;

  const sessionOf = (client: Client): Session | undefined => {
    const session = sessions.of(client.id);
    return session?.client === client ? session : undefined;
  };

  class DeviceBroker extends Broker {
    /** Called for every PUBLISH of a client; without a client, for the broker's own announcements, which nobody needs. */
    override publish(packet: PublishPacket, client: Client | Done | null, done?: Done): void {
      if (typeof client === 'function') {
        client();
        return;
      }
      if (client !== null) receive(client, packet);
      done?.();
    }

    override subscribe(_topic: string, _deliver: unknown, done?: Done): void {
      done?.();
    }

    override unsubscribe(_topic: string, _deliver: unknown, done?: Done): void {
      done?.();
    }
  }

  function receive(client: Client, { topic, payload }: PublishPacket): void {
    metrics.received.inc();
    const session = sessionOf(client);
    if (session === undefined) metrics.dropped.no_session.inc();
    else {
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
      const inside = rateLimit(session, bytes);
      if (inside === 'taken') session.dialect.receive(session, topic, bytes);
      else if (inside === 'tooLong') session.dialect.receiveTooLong(session, topic, bytes);
    }
  }

  const options: AedesOptions = {
    connectTimeout: MQTT_LIMITS.connectTimeoutMs,
    drainTimeout: MQTT_LIMITS.drainTimeoutMs,
    queueLimit: MQTT_LIMITS.packetsBeforeConnack,
    maxInflightInbound: MQTT_LIMITS.openQos2,
    maxTopicLevels: MQTT_LIMITS.topicLevels,
    /** MQTT 3.1's own limit is 23; SDKs of that age send longer ones. */
    maxClientsIdLength: 512,

    /** Sessions are not kept, wills are not sent (device-protocols §0.2.6). Until a device is proven its connection has a name of ours. */
    preConnect(client, packet, done) {
      const password = typeof packet.password === 'string' ? Buffer.from(packet.password) : packet.password;
      connecting.set(client, { clientId: packet.clientId, username: packet.username, password, ...greet(client.conn) });
      anonymous += 1;
      packet.clientId = `?${anonymous}`;
      packet.clean = true;
      packet.will = undefined;
      packet.keepalive = clampKeepAlive(packet.keepalive ?? 0, quotas.keepAliveMinimum);
      limitQos(client);
      done(null, true);
    },

    authenticate(client, _username, _password, done) {
      const packet = connecting.get(client);
      connecting.delete(client);
      if (packet === undefined) return done(null, false);
      void admit(
        () => authenticate(packet),
        () => !client.closed,
      ).then((admitted) => {
        if (admitted === null) metrics.connects.overloaded.inc();
        const result = admitted ?? CONNACK.unavailable;
        if (typeof result === 'number') return done(Object.assign(new Error('refused'), { returnCode: result }), false);
        accepted.set(client, result);
        /** By device and not by the id it chose: one connection a device, the latest. */
        client.id = result.identity.deviceId;
        if (sessions.of(client.id)?.client.closed === false) metrics.closed.takeover.inc();
        done(null, true);
      });
    },

    authorizePublish: (_client, _packet, done) => done(null),

    authorizeSubscribe(client, subscription, done) {
      const { topic, qos } = subscription;
      const session = sessionOf(client);
      const answer = (allowed: boolean): void => {
        if (allowed) session?.granted.set(topic, qos === 0 ? 0 : 1);
        else metrics.subscriptionsRefused.inc();
        done(null, allowed ? subscription : null);
      };
      if (session === undefined || !hasRoomFor(session, topic)) return answer(false);
      const { dialect } = session;
      if ([...dialect.own(session), ...dialect.unserved(session)].some((own) => overlaps(topic, own))) return answer(true);
      const refuse = () => answer(false);
      whenChild(session, dialect.childNamedBy?.(topic), (child) => answer(child !== null), refuse);
    },

    authorizeForward: (client, packet) => (sessionOf(client) === undefined ? null : packet),
  };

  const broker = new DeviceBroker(options);
  await broker.listen();

  /** Nothing may be sent before the CONNACK, and nothing that the device sent is read before it. */
  broker.on('connackSent', (_packet, client) => {
    const proven = accepted.get(client);
    if (proven === undefined || client.closed || client.conn.destroyed) return;
    const session = sessions.begin(proven, client);
    /** The socket's end, not the broker's announcement of it: that one is left out when two connections cross. */
    client.conn.once('close', () => sessions.end(session));
  });
  broker.on('unsubscribe', (filters, client) => {
    const session = sessionOf(client);
    for (const filter of filters) session?.granted.delete(filter);
  });
  broker.on('keepaliveTimeout', () => metrics.closed.keep_alive.inc());
  (broker as EventEmitter).on('error', (error: Error) => logger.error({ err: error }, 'The MQTT broker failed at something of its own'));
  broker.on('clientError', (client, error) => logger.debug({ deviceId: client.id, reason: error.message }, 'Connection of a device ended'));
  broker.on('connectionError', (_client, error) => logger.debug({ reason: error.message }, 'Connection ended before it was a device'));
  return broker;
}
