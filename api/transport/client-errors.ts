import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { PresentError } from '../errors/present';

/** What Express itself refuses: a body that is no JSON, too large, or an address it can't decode. The rest is masked. */
export const clientErrorHandler =
  (presentError: PresentError): ErrorRequestHandler =>
  (error: { status?: unknown; expose?: unknown }, _req, res, _next) => {
    const status = typeof error.status === 'number' && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (res.headersSent) {
      // Express would write it to the console.
      if (status === 500) presentError(error);
      if (!res.writableFinished) res.destroy();
      return;
    }
    if (status === 500) res.status(500).json({ errors: [presentError(error)] });
    else
      res
        .status(status)
        .json({ errors: [{ message: MESSAGES[status] ?? 'The request could not be read.', extensions: { code: 'BAD_REQUEST' } }] });
  };

const MESSAGES: Partial<Record<number, string>> = { 400: 'The request is not well-formed.', 413: 'The request is larger than 1 MiB.' };

/** For an address, or a method, that nothing answers. */
export const nothingHere: RequestHandler = (_req, res) => {
  res.status(404).json({ errors: [{ message: 'There is nothing at this address.', extensions: { code: 'NOT_FOUND' } }] });
};
