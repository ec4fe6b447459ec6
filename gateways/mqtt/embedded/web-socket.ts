import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { tcpOf } from '../../../core/tcp-of';
import { MQTT_LIMITS } from '../limits';
import { ASK_FOR_CERTIFICATE, type ProvenPeer, provenCertificate } from './tls/proven-peer';

export interface WebSocketSettings {
  port: number;
  /** PEM; with it, wss. */
  tls?: { cert: string | Buffer; key: string | Buffer };
}

export const MQTT_PATH = '/mqtt';
/** MQTT 3.1.1 §6.0, and the name that clients of 3.1 give. */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1'];
const NOT_TEXT = 1003;

/** A port that speaks MQTT over WebSocket on one path, and answers anything else with an HTTP status. */
export function createWebSocketListener(
  { tls }: WebSocketSettings,
  accept: (connection: Duplex, proven: ProvenPeer, tcp: Duplex) => void,
): Server {
  const webSockets = new WebSocketServer({
    noServer: true,
    // MQTT packets are short, and a compressor for each device is not.
    perMessageDeflate: false,
    maxPayload: MQTT_LIMITS.skippedBytes,
    handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  const { connectTimeoutMs } = MQTT_LIMITS;
  const limits = {
    ...{ requestTimeout: connectTimeoutMs, headersTimeout: connectTimeoutMs, noDelay: true },
    // Node looks that often for those that are late.
    connectionsCheckingInterval: MQTT_LIMITS.lateCheckMs,
  };
  const answer = (request: IncomingMessage) => (isMqttPath(request) ? '426 Upgrade Required' : '404 Not Found');
  const server = tls ? createTlsServer({ ...limits, ...ASK_FOR_CERTIFICATE, cert: tls.cert, key: tls.key }) : createServer(limits);

  server.on('request', (request, response) => {
    response.writeHead(Number(answer(request).slice(0, 3)), { connection: 'close' }).end();
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
    if (!isMqttPath(request)) return refuse(socket, answer(request));
    if (!offered.some((name) => SUBPROTOCOLS.includes(name))) return refuse(socket, '400 Bad Request');
    const { remoteAddress: address } = request.socket;
    webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      accept(streamOf(webSocket), { certificate: provenCertificate(socket), address }, tcpOf(socket)),
    );
  });
  return server;
}

const isMqttPath = ({ url = '' }: IncomingMessage): boolean => url.split('?', 1)[0] === MQTT_PATH;

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** MQTT 3.1.1 §6.0: binary frames only; packets need not end where frames do. */
function streamOf(webSocket: WebSocket): Duplex {
  const stream = createWebSocketStream(webSocket);
  // A connection that ends while it is refused is nobody's trouble; the broker listens for itself.
  stream.on('error', () => undefined);
  webSocket.on('message', (_data, isBinary) => {
    if (!isBinary) webSocket.close(NOT_TEXT);
  });
  return stream;
}
