import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestHandler } from 'express';
import type { Viewer } from '../../core/access/viewer';
import type { UserError } from '../../core/errors';
import { tooLarge } from '../../core/packages/checked-stream';
import type { UploadService } from '../../core/uploads/contract';
import { uploadTooLong } from '../../core/uploads/refusals';
import type { ErrorCode } from '../../schema/model/error-codes';
import type { Limits } from '../../schema/model/limits';
import { toUserErrorType, userErrorsOf } from '../errors/as-payload';
import { type ErrorLog, maskedAs } from '../errors/present';
import { cutWhenSlow } from '../files/least-rate';
import { jsonText } from '../files/send-json';
import { FILE_STATUS } from '../files/upload';
import { EXPOSED_HEADERS } from '../transport/cross-origin';
import { viewerOf } from '../transport/signed-in';
import { protocolError } from './protocol-errors';
import { createTusStore } from './tus-store';

const STATUS: Partial<Record<ErrorCode, number>> = {
  ...FILE_STATUS,
  UPLOAD_UNKNOWN: 404,
  UPLOAD_OFFSET: 409,
  UPLOAD_QUOTA: 429,
};

interface Answer {
  status_code: number;
  body: string;
}

/**
 * `/uploads`: the tus protocol 1.0 with creation, termination and expiration (R-PKG-12). Refusals are JSON `{errors}`, as those of
 * `POST /packages`; of what is wrong with the protocol itself, too.
 */
export async function tusUploads(
  path: string,
  uploads: UploadService,
  limits: Pick<Limits, 'fileBytes' | 'uploadHours'>,
  log: ErrorLog,
): Promise<RequestHandler> {
  const tus = await import('@tus/server');
  const viewers = new AsyncLocalStorage<Viewer>();

  class JsonServer extends tus.Server {
    override write(...[context, headers, status, body]: Parameters<InstanceType<typeof tus.Server>['write']>) {
      if (status < 400) return super.write(context, headers, status, body);
      const text = body?.startsWith('{') ? body : refusal([protocolError(body ?? '')]);
      headers.set('Content-Type', 'application/json; charset=utf-8');
      return super.write(context, headers, status, text);
    }
  }
  const server = new JsonServer({
    path,
    datastore: await createTusStore(uploads, viewers, limits.uploadHours),
    locker: new tus.MemoryLocker(),
    maxSize: limits.fileBytes,
    relativeLocation: true,
    allowedOrigins: [],
    exposedHeaders: EXPOSED_HEADERS,
    onResponseError: (req, error) => answerTo(error, req.method, limits, log),
  });

  return async (req, res) => {
    const viewer = viewerOf(res);
    cutWhenSlow(req, () => req.destroy());
    // Mounted by Express, the address has lost what the handlers look for.
    req.url = req.originalUrl;
    await viewers.run(viewer, () => server.handle(req, res));
  };
}

const refusal = (errors: readonly UserError[]): string => jsonText({ errors: errors.map((one) => toUserErrorType(one)) });

/** Undefined: the handlers' own words, which `protocolError` knows. */
function answerTo(error: unknown, method: string, limits: Pick<Limits, 'fileBytes'>, log: ErrorLog): Answer | undefined {
  const refusals = userErrorsOf(isTooLarge(error) ? tooLargeFor(method, limits) : error);
  if (refusals?.[0]) {
    return { status_code: STATUS[refusals[0].code] ?? 422, body: refusal(refusals) };
  }
  if (statusOf(error) !== undefined) return undefined;
  const id = maskedAs(log, error);
  const message = `Something went wrong inside Updraft. The log has it as ${id}.`;
  return { status_code: 500, body: jsonText({ errors: [{ code: 'INTERNAL', message, id }] }) };
}

const statusOf = (error: unknown): unknown => (error as { status_code?: unknown } | null)?.status_code;
const isTooLarge = (error: unknown): boolean => statusOf(error) === 413;
const tooLargeFor = (method: string, { fileBytes }: Pick<Limits, 'fileBytes'>) =>
  method === 'POST' ? tooLarge(fileBytes) : uploadTooLong();
