import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SampledLog } from '../../../core/sampled-log';
import { type BrokerHook, HOOK_HEADER } from './hook';

const BODY_BYTES = 16 * 1024;
const TIMEOUT_MS = 10_000;
const CONNECTIONS = 512;

export interface HookServer {
  url: string;
  close(): Promise<void>;
}

/**
 * `POST /mqtt/authenticate` and `POST /mqtt/authorize`, JSON in and out, for who shows the secret; `GET /readyz` for anybody. A question
 * that can't be answered is answered with "deny".
 */
export async function openHookServer(
  hook: BrokerHook,
  { host, port, isReady, sampled }: { host: string; port: number; isReady: () => boolean; sampled: SampledLog },
): Promise<HookServer> {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url } = request;
    if (url === '/readyz') return reply(response, isReady() ? 200 : 503, { ready: isReady() });
    if (!hook.admits(request.headers[HOOK_HEADER])) return reply(response, 401, { result: 'deny' });
    const decide = url === '/mqtt/authenticate' ? hook.authenticate : url === '/mqtt/authorize' ? hook.authorize : null;
    if (decide === null) return reply(response, 404, { result: 'deny' });
    if (method !== 'POST') return reply(response, 405, { result: 'deny' });
    const body = await jsonOf(request);
    if (body === undefined) return reply(response, 400, { result: 'deny' });
    const decided = await decide(body).catch((error: unknown) => {
      sampled.error('broker hook', { err: error }, 'A question of the broker could not be answered: core did not answer');
      return { result: 'deny' as const };
    });
    reply(response, 200, decided);
  }

  const server = createServer({ headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS }, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.maxConnections = CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/** Undefined: too long, or no JSON. */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    return undefined;
  }
}
