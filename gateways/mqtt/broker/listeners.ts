import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GatewayMetrics } from '../../metrics';
import { MQTT_LIMITS } from './limits';
import { guardPackets } from './packet-guard';
import type { ProvenPeer } from './tls/proven-peer';
import type { PskKeys } from './tls/psk-keys';
import { createSecureListener } from './tls/secure-listener';
import { createWebSocketListener, MQTT_PATH, type WebSocketSettings } from './web-socket';

export interface ListenSettings {
  host: string;
  /** Sockets in all, whoever they belong to. */
  connections: number;
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

/** Opens the ports; throws what the operating system says when one is taken, and then leaves none open. */
export async function openListeners(
  settings: ListenSettings,
  metrics: GatewayMetrics,
  keys: PskKeys,
  on: {
    connection(connection: Duplex, proven: ProvenPeer): void;
    /** A message that was too long to be read, by its topic and its beginning. */
    skipped(connection: Duplex, topic: string, head: Buffer): void;
  },
): Promise<Listeners> {
  const sockets = new Set<Socket>();

  function accept(connection: Duplex, proven: ProvenPeer): void {
    if (sockets.size > settings.connections) {
      metrics.connects.too_many.inc();
      connection.destroy();
      return;
    }
    guardPackets(connection, MQTT_LIMITS, {
      tooLarge: () => metrics.dropped.too_large.inc(),
      skipped: (topic, head) => on.skipped(connection, topic, head),
    });
    on.connection(connection, proven);
  }

  const { host, port, tls, webSocket } = settings;
  const plain = createServer({ noDelay: true }, (socket) => accept(socket, {}));
  const secure = tls && createSecureListener(tls, keys, metrics, accept);
  const web = webSocket && createWebSocketListener(webSocket, accept);
  const servers: Server[] = [plain, ...(secure ? [secure] : []), ...(web ? [web] : [])];

  /** TCP connections, also those whose TLS handshake is not over; before `accept` looks how many there are. */
  for (const server of servers) {
    server.prependListener('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
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
