import { randomInt } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../loopback';
import type { Part } from '../part';

export interface TemporalPage extends Part {
  url: string;
}

const CONNECTIONS = 100;
const IDLE_MS = 120_000;
const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Where Temporal's own page listens: it answers to any name, so a web page elsewhere that has its name point to this machine could read and
 * end workflows through a browser here. Linux has sixteen million loopback addresses; elsewhere there is one.
 */
export const unguessableLoopback = (platform = process.platform): string =>
  platform === 'linux' ? `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}` : '127.0.0.1';

/** Temporal's web page on loopback, for browsers that call this machine by its own names. */
export async function startTemporalPage(port: number, target: { host: string; port: number }): Promise<TemporalPage> {
  const server = createServer((req, res) => {
    if (isFromHere(req)) handOn(req, res, target);
    else refuse(res, 403, 'Call this page by localhost or 127.0.0.1.');
  });
  server.maxConnections = CONNECTIONS;
  const listening = await listenOnLoopback(server, port);
  return { ...listening, url: `http://127.0.0.1:${port}` };
}

/** The port may be another one: that of a tunnel. */
function isFromHere({ headers: { host, origin } }: Pick<IncomingMessage, 'headers'>): boolean {
  return isLoopbackName(`http://${host}`) && (origin === undefined || isLoopbackName(origin));
}

function isLoopbackName(url: string): boolean {
  try {
    const { hostname, username, pathname } = new URL(url);
    return LOOPBACK_NAMES.includes(hostname) && username === '' && pathname === '/';
  } catch {
    return false;
  }
}

function handOn(req: IncomingMessage, res: ServerResponse, { host, port }: { host: string; port: number }): void {
  const { connection: _connection, 'transfer-encoding': _coding, ...headers } = req.headers;
  const asked = request({ host, port, method: req.method, path: req.url, headers, timeout: IDLE_MS }, (answer) => {
    const { connection: _closed, 'transfer-encoding': _answerCoding, ...answered } = answer.headers;
    res.writeHead(answer.statusCode ?? 502, answered);
    answer.on('error', () => res.destroy());
    answer.pipe(res);
  });
  asked.on('timeout', () => asked.destroy());
  asked.on('error', () => (res.headersSent ? res.destroy() : refuse(res, 502, 'Temporal does not answer.')));
  res.on('close', () => asked.destroy());
  req.pipe(asked);
}

function refuse(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' }).end(`${text}\n`);
}
