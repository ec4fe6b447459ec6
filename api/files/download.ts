import { pipeline } from 'node:stream/promises';
import { type Request, type Response, Router } from 'express';
import type { Download, DownloadService } from '../../core/core';
import { userErrorsOf } from '../errors/as-payload';
import { type ErrorLog, maskedAs } from '../errors/present';
import { API_LIMITS } from '../limits';
import { decideRange } from './decide-range';

/**
 * Downloads for the small HTTP clients in devices (device-protocols §0.6): lengths instead of chunks, nothing compressed, nothing
 * redirected, a file name without quotes. `/d/:token` opens by its path alone (R-DL-1), `/f/:id` needs its bearer token beside it.
 * Knows nothing of the server it is in: a second listener may carry the same routes.
 */
export function downloads(core: Pick<DownloadService, 'open' | 'openWithBearer'>, log: ErrorLog): Router {
  const router = Router();
  const answer = (find: (req: Request) => Promise<Download>) => async (req: Request, res: Response) => {
    const file = await found(find(req), res, log);
    if (file) await respond(file, req, res, log);
  };
  router.get(
    '/d/:token',
    answer(({ params }) => core.open(String(params.token))),
  );
  router.get(
    '/f/:id',
    answer(({ params, headers }) => core.openWithBearer(String(params.id), bearerOf(headers.authorization))),
  );
  router.all(['/d/:token', '/f/:id'], (_req, res) => {
    res.setHeader('Allow', 'GET, HEAD');
    finish(res, 405, '');
  });
  return router;
}

/** With or without a blank before `Bearer`: Huawei's C SDK writes none (device-protocols §2.5). */
const bearerOf = (authorization: string | undefined): string | null => /^Bearer +(\S+)$/i.exec(authorization?.trim() ?? '')?.[1] ?? null;

async function found(download: Promise<Download>, res: Response, log: ErrorLog): Promise<Download | null> {
  try {
    return await download;
  } catch (error) {
    const code = userErrorsOf(error)?.[0]?.code;
    if (code === 'DOWNLOAD_UNAUTHORIZED') res.setHeader('WWW-Authenticate', 'Bearer');
    if (code) finish(res, code === 'DOWNLOAD_UNAUTHORIZED' ? 401 : 403, `${code}: ${(error as Error).message}\n`);
    else finish(res, 500, `INTERNAL: Something went wrong inside Updraft. The log has it as ${maskedAs(log, error)}.\n`);
    return null;
  }
}

async function respond(file: Download, req: Request, res: Response, log: ErrorLog): Promise<void> {
  const etag = `"${file.sha256}"`;
  const modified = new Date(Math.floor(file.createdAt.getTime() / 1_000) * 1_000);
  const decision = decideRange(req.method, req.headers, { size: file.size, etag, modified });
  res.setHeader('ETag', etag);
  res.setHeader('Last-Modified', modified.toUTCString());
  res.setHeader('Accept-Ranges', 'bytes');
  res.setHeader('Cache-Control', 'no-store');
  if (!('start' in decision)) {
    if (decision.status === 416) res.setHeader('Content-Range', `bytes */${file.size}`);
    finish(res, decision.status, '');
    return;
  }
  const { status, start, end } = decision;
  if (status === 206) res.setHeader('Content-Range', `bytes ${start}-${end}/${file.size}`);
  res.setHeader('Content-Type', 'application/octet-stream');
  res.setHeader('Content-Disposition', `attachment;filename=${plainName(file.name)}`);
  res.setHeader('Content-Length', end - start + 1);
  res.status(status);
  if (req.method === 'HEAD') res.end();
  else await send(file, { start, end }, res, log);
}

/** Back-pressure by the pipeline; a client that goes, or reads nothing for too long, ends the reading as well. */
async function send(file: Download, range: { start: number; end: number }, res: Response, log: ErrorLog): Promise<void> {
  res.setTimeout(API_LIMITS.idleTransferMs, () => res.destroy());
  try {
    await pipeline(counted(file, range), res);
  } catch (error) {
    // The status has left: only a cut connection tells the device. That the device cut it is its own business.
    if (!isHangUp(error)) maskedAs(log, error);
    res.destroy();
  }
}

/** A piece counts when the next one is asked for: then it has left, or fits into what waits to. */
async function* counted(file: Download, range: { start: number; end: number }): AsyncGenerator<Buffer> {
  for await (const piece of file.read(range)) {
    yield piece;
    file.served(piece.length);
  }
}

const isHangUp = (error: unknown): boolean =>
  ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(String((error as { code?: unknown }).code));

function finish(res: Response, status: number, text: string): void {
  res.status(status);
  if (status === 304) {
    res.end();
    return;
  }
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}

const plainName = (name: string): string => name.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 128) || 'firmware.bin';
