import { pipeline } from 'node:stream/promises';
import type { RequestHandler, Response } from 'express';
import type { Download, PackageService } from '../../core/core';
import { userErrorsOf } from '../errors/as-payload';
import { type ErrorLog, maskedAs } from '../errors/present';
import { API_LIMITS } from '../limits';
import { decideRange } from './decide-range';

/**
 * `GET` and `HEAD /d/:token` for the small HTTP clients in devices (device-protocols §0.6): lengths instead of chunks,
 * nothing compressed, nothing redirected, a file name without quotes. The token is the only key.
 */
export const download =
  (packages: Pick<PackageService, 'download'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    const file = await open(packages, String(req.params.token), res, log);
    if (!file) return;
    const etag = `"${file.sha256}"`;
    const decision = decideRange(req.headers, file.size, etag);
    res.setHeader('ETag', etag);
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
  };

async function open(packages: Pick<PackageService, 'download'>, token: string, res: Response, log: ErrorLog): Promise<Download | null> {
  try {
    return await packages.download(token);
  } catch (error) {
    const refusals = userErrorsOf(error);
    if (refusals) finish(res, 403, `${refusals[0]?.code}: ${(error as Error).message}\n`);
    else finish(res, 500, `Something went wrong inside Updraft. The log has it as ${maskedAs(log, error)}.\n`);
    return null;
  }
}

/** Back-pressure by the pipeline; a client that goes, or reads nothing for too long, ends the reading as well. */
async function send(file: Download, range: { start: number; end: number }, res: Response, log: ErrorLog): Promise<void> {
  res.setTimeout(API_LIMITS.idleTransferMs, () => res.destroy());
  try {
    await pipeline(file.read(range), res);
  } catch (error) {
    // The status has left: only a cut connection tells the device. That the device cut it is its own business.
    if (!isHangUp(error)) maskedAs(log, error);
    res.destroy();
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
