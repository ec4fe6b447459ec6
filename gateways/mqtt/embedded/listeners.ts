import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SampledLog } from '../../../core/sampled-log';
import { createStrangers, networkOf } from '../../../core/strangers';
import type { Attempts } from '../../attempts';
import type { GatewayMetrics } from '../../metrics';
import { MQTT_LIMITS } from '../limits';
import { guardPackets } from './packet-guard';
import type { ProvenPeer } from './tls/proven-peer';
import type { PskKeys } from './tls/psk-keys';
import { createSecureListener } from './tls/secure-listener';
import { createWebSocketListener, MQTT_PATH, type WebSocketSettings } from './web-socket';

export interface ListenSettings {
  host: string;
  /** Sockets in all, whoever they belong to. */
  connections: number;
  /** Of which so many may not have sent a CONNECT yet. */
  strangers: number;
  /** 0 takes a free one. */
  port: number;
  /** PEM; beside the plain listener, not instead of it. */
  tls?: { cert: string | Buffer; key: string | Buffer; port: number };
  webSocket?: WebSocketSettings;
}

/** Where devices connect to. */
export interface MqttUrls {
  mqttUrl: string;
  mqttsUrl?: string;
  /** Of MQTT over WebSocket, `ws:` or `wss:`. */
  mqttWsUrl?: string;
}

export interface Listeners {
  urls: MqttUrls;
  /** Refuses new connections and ends those that are there. */
  close(): Promise<void>;
}

interface ListenDeps {
  metrics: GatewayMetrics;
  sampled: SampledLog;
  keys: PskKeys;
  attempts: Attempts;
}

/** Opens the ports; throws what the operating system says when one is taken, and then leaves none open. */
export async function openListeners(
  settings: ListenSettings,
  { metrics, sampled, keys, attempts }: ListenDeps,
  on: {
    /** `greeted` is to be called when it has sent a CONNECT. */
    connection(connection: Duplex, proven: ProvenPeer, greeted: () => void): void;
    /** A message that was too long to be read, by its topic and its beginning. */
    skipped(connection: Duplex, topic: string, head: Buffer): void;
  },
): Promise<Listeners> {
  const sockets = new Set<Socket>();
  const strangers = createStrangers<Duplex>(settings.strangers);

  /** `tcp` is what is below TLS; of a peer that TLS has proven already it is not asked for. */
  function accept(connection: Duplex, proven: ProvenPeer, tcp?: Duplex): void {
    if (sockets.size > settings.connections) {
      metrics.connects.too_many.inc();
      connection.destroy();
      return;
    }
    guardPackets(connection, MQTT_LIMITS, {
      tooLarge: () => metrics.dropped.too_large.inc(),
      skipped: (topic, head) => on.skipped(connection, topic, head),
    });
    on.connection(connection, proven, () => tcp && strangers.delete(tcp));
  }

  function arrive(socket: Socket): void {
    const { remoteAddress } = socket;
    if (!attempts.mayOpen(remoteAddress)) {
      metrics.connects.address_too_often.inc();
      sampled.warn(
        `open ${remoteAddress}`,
        { address: remoteAddress },
        'An address connects more often than may be; it is turned away (UPDRAFT_MQTT_ADDRESS_CONNECTS_PER_SECOND)',
      );
      // Not before all who wait for connections have seen it.
      setImmediate(() => socket.destroy());
      return;
    }
    sockets.add(socket);
    const leaves = strangers.add(socket, networkOf(remoteAddress));
    if (leaves) {
      metrics.connects.gave_way.inc();
      leaves.destroy();
    }
    socket.once('close', () => {
      sockets.delete(socket);
      strangers.delete(socket);
    });
  }

  const { host, port, tls, webSocket } = settings;
  const plain = createServer({ noDelay: true }, (socket) => accept(socket, { address: socket.remoteAddress }, socket));
  const secure = tls && createSecureListener(tls, { keys, attempts, metrics, accept, proven: strangers.delete });
  const web = webSocket && createWebSocketListener(webSocket, accept);
  const servers: Server[] = [plain, ...(secure ? [secure] : []), ...(web ? [web] : [])];

  /** TCP connections, also those whose TLS handshake is not over; before `accept` looks how many there are. */
  for (const server of servers) {
    server.prependListener('connection', arrive);
  }

  async function close(): Promise<void> {
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  }

  try {
    const urls: MqttUrls = { mqttUrl: `mqtt://${host}:${await listen(plain, host, port)}` };
    if (secure && tls) urls.mqttsUrl = `mqtts://${host}:${await listen(secure, host, tls.port)}`;
    if (web && webSocket) {
      urls.mqttWsUrl = `${webSocket.tls ? 'wss' : 'ws'}://${host}:${await listen(web, host, webSocket.port)}${MQTT_PATH}`;
    }
    return { urls, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
