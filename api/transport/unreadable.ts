import { IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Counter, type Registry } from 'prom-client';
import { createSampledLog, type Lines } from '../../core/sampled-log';
import { readBareLf } from './bare-lf';
import { requested } from './connections';

/** Why a connection was closed without a request that could be read. */
const REASONS = ['malformed', 'header_too_large', 'slow', 'tls', 'connection_lost'] as const;
type Reason = (typeof REASONS)[number];

const STATUS: Partial<Record<Reason, string>> = {
  malformed: '400 Bad Request',
  header_too_large: '431 Request Header Fields Too Large',
  slow: '408 Request Timeout',
};
/** So long a client whose request was refused has to take the answer. */
const DRAIN_MS = 2_000;

type ClientError = Error & { code?: string; rawPacket?: Buffer };

interface UnreadableDeps {
  registry: Registry;
  log: Lines;
  /** Answers a download whose lines end in bare LF. */
  downloads: (req: IncomingMessage, res: ServerResponse) => boolean;
}

/**
 * What Node's parser refuses: counted by reason and sampled to the log. But for downloads whose lines end in bare LF, which are answered as
 * others are; the parser has seen them first, and nothing else of them reaches it (device-protocols §0.6).
 */
export function handleUnreadable(server: Server, { registry, log, downloads }: UnreadableDeps): void {
  const counter = new Counter({
    ...{ name: 'updraft_http_unreadable_total', registers: [registry], labelNames: ['reason'] },
    help: 'Connections over HTTP that ended without a request that could be read, by reason',
  });
  for (const reason of REASONS) counter.labels(reason);
  const bareLf = new Counter({
    ...{ name: 'updraft_http_bare_lf_total', registers: [registry] },
    help: 'Downloads that were asked for in lines that end in bare LF, and answered',
  });
  const lines = createSampledLog(log);
  /** What was sent is not in it: it may be a secret. */
  const sampled = (reason: Reason, { code }: ClientError, { remoteAddress }: Socket): void => {
    if (reason === 'connection_lost') return;
    lines.warn(reason, { reason, code, remoteAddress }, 'A connection over HTTP brought nothing that can be read');
  };
  /** Sockets that had a request: only the first of a connection may be one of these. */
  const served = new WeakSet<Socket>();
  /** Answers that a refusal must not get in the middle of. */
  const answersDue = new WeakMap<Socket, number>();
  const heads = new WeakMap<Socket, Buffer>();
  const answering = new WeakSet<Socket>();
  const refused = new WeakSet<Socket>();

  function refuse(reason: Reason, error: ClientError, socket: Socket): void {
    counter.inc({ reason });
    sampled(reason, error, socket);
    const status = STATUS[reason];
    if (status === undefined || !socket.writable || (answersDue.get(socket) ?? 0) > 0) {
      socket.destroy();
      return;
    }
    refused.add(socket);
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
    // What is still coming is read and thrown away: a connection that is closed over unread bytes is reset, and its answer lost.
    const timer = setTimeout(() => socket.destroy(), DRAIN_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  /** Whether the connection is, or may still become, one of these. */
  function isBareLf(error: ClientError, socket: Socket): boolean {
    if (!error.rawPacket || served.has(socket) || !socket.writable) return false;
    const bytes = Buffer.concat([heads.get(socket) ?? Buffer.alloc(0), error.rawPacket]);
    const request = readBareLf(bytes);
    if (request === 'refused') return false;
    if (request === 'more') {
      heads.set(socket, bytes);
      return true;
    }
    answering.add(socket);
    bareLf.inc();
    answer(socket, Object.assign(new IncomingMessage(socket), { ...request, httpVersion: '1.1' }));
    return true;
  }

  function answer(socket: Socket, req: IncomingMessage): void {
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(socket);
    requested(req, res);
    socket.on('error', () => undefined).on('timeout', () => socket.destroy());
    res.on('finish', () => {
      res.detachSocket(socket);
      socket.destroySoon();
    });
    if (!downloads(req, res)) res.writeHead(404, { 'Content-Length': 0 }).end();
  }

  const begin = ({ socket }: IncomingMessage, res: ServerResponse): void => {
    served.add(socket);
    answersDue.set(socket, (answersDue.get(socket) ?? 0) + 1);
    res.once('close', () => answersDue.set(socket, (answersDue.get(socket) ?? 1) - 1));
  };
  server.on('request', begin satisfies RequestListener);
  server.on('clientError', (error: ClientError, stream) => {
    const socket = stream as Socket;
    const reason = reasonOf(error);
    if (answering.has(socket) || refused.has(socket)) return;
    if (reason === 'malformed' && isBareLf(error, socket)) return;
    refuse(reason, error, socket);
  });
  server.on('tlsClientError', (error: ClientError, socket: Socket) => {
    counter.inc({ reason: 'tls' });
    sampled('tls', error, socket);
  });
}

function reasonOf({ code = '' }: ClientError): Reason {
  if (code === 'HPE_HEADER_OVERFLOW') return 'header_too_large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'slow';
  return code.startsWith('HPE_') ? 'malformed' : 'connection_lost';
}
