import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Download, DownloadService } from '../../core/downloads/contract';
import { SHORT_TOKEN } from '../../core/downloads/short-token';
import { DOWNLOAD_LIMIT_RETRY_S } from '../../core/downloads/transfers';
import type { ErrorCode } from '../../schema/model/error-codes';
import { userErrorsOf } from '../errors/as-payload';
import { type ErrorLog, maskedAs } from '../errors/present';
import { API_LIMITS } from '../limits';
import { checked, proven } from '../transport/connections';
import { leaveToClient, resetConnection, whenArrived } from './connection';
import { decideRange } from './decide-range';
import type { DownloadMetrics } from './download-metrics';
import { sendBytes } from './send-bytes';

type Downloads = Pick<DownloadService, 'open' | 'openWithBearer' | 'openShort'>;

/** In either form of a request's target: a path, or as to a proxy (RFC 9112 §3.2.2). What a file is called may be behind it. */
const ADDRESS = /^(?:https?:\/\/[^/?#]+)?\/([df])\/([^/?#]+)(?:\/[^/?#]*)?(?:[?#]|$)/;

/**
 * Downloads for the small HTTP clients in devices (device-protocols §0.6): lengths instead of chunks, nothing compressed, nothing
 * redirected, a file name without quotes. `/d/:token` opens by its path alone (R-DL-1), and so does `/f/:token` with a
 * token of 22 characters (R-DL-4); a longer `/f/:id` needs its bearer token beside it.
 * Tells whether the request is a download's and answers it then. Beside Express, not in it: a fleet's ranges are most of what is asked.
 */
export const downloads =
  (core: Downloads, metrics: DownloadMetrics, log: ErrorLog) =>
  (req: IncomingMessage, res: ServerResponse): boolean => {
    const [, kind, name] = ADDRESS.exec(req.url ?? '') ?? [];
    if (name === undefined) return false;
    if (req.method === 'GET' || req.method === 'HEAD') {
      checked(req.socket);
      void answer(() => opened(core, kind, name, req), name, req, res, metrics, log);
    } else refuse(res, 405, '', { Allow: 'GET, HEAD' });
    return true;
  };

function opened(core: Downloads, kind: string | undefined, name: string, { headers }: IncomingMessage): Promise<Download> {
  if (kind === 'd') return core.open(name);
  // An id names a task, which takes more.
  return SHORT_TOKEN.test(name) ? core.openShort(name) : core.openWithBearer(name, bearerOf(headers.authorization));
}

/** With or without a blank before `Bearer`: Huawei's C SDK writes none (device-protocols §2.5). */
const bearerOf = (authorization: string | undefined): string | null => /^Bearer +(\S+)$/i.exec(authorization?.trim() ?? '')?.[1] ?? null;

/**
 * Never rejects. A status that says "later" is the end for a Link SDK: it stops without a word, and its task would wait for the device's
 * next restart. A connection that is cut it opens again by itself (device-protocols §1.5). So what passes by itself is waited for here, and
 * when it lasts too long the connection is cut.
 */
async function answer(
  open: () => Promise<Download>,
  token: string,
  req: IncomingMessage,
  res: ServerResponse,
  metrics: DownloadMetrics,
  log: ErrorLog,
): Promise<void> {
  for (const until = performance.now() + API_LIMITS.downloadWaitMs; ; await delay(ASKED_AGAIN_MS)) {
    try {
      return await served(await open(), token, req, res, metrics);
    } catch (error) {
      const code = userErrorsOf(error)?.[0]?.code;
      if (res.headersSent || req.method !== 'GET' || code === undefined || !PASSES.has(code))
        return refuseFor(error, code, res, metrics, log);
    }
    if (req.socket.destroyed) return;
    if (performance.now() >= until) {
      metrics.cut('unavailable');
      return resetConnection(req.socket);
    }
  }
}

const ASKED_AGAIN_MS = 500;
const PASSES: ReadonlySet<string> = new Set<ErrorCode>(['BUSY', 'STORE_UNAVAILABLE']);

async function served(file: Download, token: string, req: IncomingMessage, res: ServerResponse, metrics: DownloadMetrics): Promise<void> {
  if (proven(req.socket, `token ${token}`, API_LIMITS.connectionsOfToken)) return respond(file, req, res, metrics);
  metrics.refused(429);
  refuse(res, 429, 'DOWNLOAD_LIMIT: As many connections with this address are busy as may be.\n', REFUSALS.DOWNLOAD_LIMIT?.headers);
}

function refuseFor(error: unknown, code: ErrorCode | undefined, res: ServerResponse, metrics: DownloadMetrics, log: ErrorLog): void {
  if (res.headersSent) {
    // The status has left: only a cut connection tells the device.
    maskedAs(log, error);
    res.destroy();
  } else if (code) {
    const { status, headers } = REFUSALS[code] ?? REFUSED;
    metrics.refused(status);
    refuse(res, status, `${code}: ${(error as Error).message}\n`, headers);
  } else refuse(res, 500, `INTERNAL: Something went wrong inside Updraft. The log has it as ${maskedAs(log, error)}.\n`);
}

interface Refused {
  status: number;
  headers?: Record<string, string>;
}

const REFUSED: Refused = { status: 403 };
const REFUSALS: Record<string, Refused> = {
  NOT_FOUND: { status: 404 },
  DOWNLOAD_UNAUTHORIZED: { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } },
  BUSY: { status: 503, headers: { 'Retry-After': '5' } },
  STORE_UNAVAILABLE: { status: 503, headers: { 'Retry-After': '5' } },
  DOWNLOAD_LIMIT: { status: 429, headers: { 'Retry-After': `${DOWNLOAD_LIMIT_RETRY_S}` } },
};

function refuse(res: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  res.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(text) });
  res.end(text);
}

async function respond(file: Download, req: IncomingMessage, res: ServerResponse, metrics: DownloadMetrics): Promise<void> {
  const etag = `"${file.sha256}"`;
  const modified = new Date(Math.floor(file.createdAt.getTime() / 1_000) * 1_000);
  const decision = decideRange(req.method ?? '', req.headers, { size: file.size, etag, modified });
  const headers = { ETag: etag, 'Last-Modified': modified.toUTCString(), 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-store' };
  if (!('start' in decision)) {
    const { status } = decision;
    if (status === 304) res.writeHead(status, headers).end();
    else refuse(res, status, '', { ...headers, ...(status === 416 && { 'Content-Range': `bytes */${file.size}` }) });
    return;
  }
  const { status, start, end } = decision;
  const length = end - start + 1;
  const isLast = length > ARRIVES_AT_ONCE;
  const head = {
    ...headers,
    ...(isLast && { Connection: 'close' }),
    ...(status === 206 && { 'Content-Range': `bytes ${start}-${end}/${file.size}` }),
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment;filename=${plainName(file.name)}`,
    'Content-Length': length,
  };
  if (req.method === 'HEAD') {
    res.writeHead(status, head).end();
    return;
  }
  const { socket } = req;
  const transfer = file.begin({ start, end }, (reason) => {
    const hasLeft = res.writableFinished;
    if (!hasLeft) metrics.cut(reason);
    // Cut and not ended: an end before the length that was said is no whole file to anybody. A connection that goes on is somebody else's by now.
    if (!hasLeft || isLast) resetConnection(socket);
  });
  metrics.running.inc();
  try {
    if (isLast) leaveToClient(socket);
    res.writeHead(status, head);
    const hasLeft = await sendBytes(transfer.pieces, length, res, transfer.served);
    if (hasLeft && isLast) {
      transfer.sent();
      whenArrived(socket, transfer.end);
    } else transfer.end();
  } catch (error) {
    transfer.end();
    throw error;
  } finally {
    metrics.running.dec();
  }
}

/**
 * What is no longer has arrived before anybody can cut it, and its connection goes on: a fleet asks for many such ranges. What is longer is the
 * last on its connection, because the end of its task resets that while bytes may wait in the kernel, and a pool or a proxy would have others use it.
 */
const ARRIVES_AT_ONCE = 64 * 1024;

const plainName = (name: string): string => name.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 128) || 'firmware.bin';
