import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import type { Client } from 'aedes';

export interface Uplink {
  clientId: string;
  topic: string;
  payload: string;
  qos: number;
}

type FileHandler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

export interface BarePlatform {
  mqttUrl: string;
  httpUrl: string;
  /** Everything that devices published, in order. */
  uplinks: Uplink[];
  subscribed: string[];
  connects: { clientId: string; username: string; password: string }[];
  ranges: (string | undefined)[];
  /** CONNACK code for the next connects, 0 accepts. */
  refuseWith: 0 | 4 | 5;
  onFile: FileHandler;
  /** Called with each uplink. */
  onUplink: (uplink: Uplink) => void;
  connected(): number;
  /** A direct publish to the connected device, whatever it subscribed. */
  push(deviceName: string, topic: string, payload: string | Buffer): void;
  close(): Promise<void>;
}

/** A broker and a file server with no rules at all: what devices do on the wire is seen as it is. */
export async function startBarePlatform(body: Buffer): Promise<BarePlatform> {
  const { Aedes } = await import('aedes');
  const clients = new Map<string, Client>();
  const broker = await Aedes.createBroker({
    authenticate: (client, username, password, done) => {
      platform.connects.push({ clientId: client.id, username: String(username), password: String(password) });
      if (platform.refuseWith === 0) return done(null, true);
      done(Object.assign(new Error('refused'), { returnCode: platform.refuseWith }), null);
    },
  });
  const tcp = createTcpServer(broker.handle);
  const http = createServer((request, response) => {
    platform.ranges.push(request.headers.range);
    platform.onFile(request, response, body);
  });
  const platform: BarePlatform = {
    mqttUrl: `mqtt://127.0.0.1:${await listen(tcp)}`,
    httpUrl: `http://127.0.0.1:${await listen(http)}`,
    uplinks: [],
    subscribed: [],
    connects: [],
    ranges: [],
    refuseWith: 0,
    onFile: serveRange,
    onUplink: () => undefined,
    connected: () => broker.connectedClients,
    push(deviceName, topic, payload) {
      const client = clients.get(deviceName);
      if (!client) throw new Error(`${deviceName} is not connected`);
      const packet = { cmd: 'publish' as const, topic, payload, qos: 0 as const, retain: false, dup: false };
      client.publish(packet, () => undefined);
    },
    async close() {
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
      await new Promise<void>((done) => broker.close(() => done()));
      await new Promise((done) => tcp.close(done));
    },
  };
  // Before CONNACK: a device is there once its first report is.
  broker.on('client', (client) => clients.set(nameOf(client.id), client));
  broker.on('subscribe', (subscriptions) => platform.subscribed.push(...subscriptions.map(({ topic }) => topic)));
  broker.on('publish', (packet, client) => {
    if (!client) return;
    const uplink = { clientId: client.id, topic: packet.topic, payload: packet.payload.toString(), qos: packet.qos };
    platform.uplinks.push(uplink);
    platform.onUplink(uplink);
  });
  return platform;
}

/** As device-protocols §0.6 wants it. */
export const serveRange: FileHandler = (request, response, body) => {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const status = request.headers.range ? 206 : 200;
  response.writeHead(status, {
    'Content-Length': body.length - start,
    'Content-Range': `bytes ${start}-${body.length - 1}/${body.length}`,
  });
  response.end(body.subarray(start));
};

function nameOf(clientId: string): string {
  return clientId.slice(clientId.indexOf('.') + 1, clientId.indexOf('|'));
}

function listen(server: Server | TcpServer): Promise<number> {
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));
}
