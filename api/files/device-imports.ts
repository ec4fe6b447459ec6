import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { type RequestHandler, type Response, Router } from 'express';
import type { DeviceImportService } from '../../core/device-imports/contract';
import { importUnknown } from '../../core/device-imports/refusals';
import { UserError } from '../../core/errors';
import type { DeviceImport } from '../../schema/model/device-import';
import { toUserErrorType } from '../errors/as-payload';
import type { ErrorLog } from '../errors/present';
import { API_LIMITS } from '../limits';
import { viewerOf } from '../transport/signed-in';
import { csvBody } from './csv-body';
import { discardRest } from './discard-rest';
import { namedProduct } from './named-product';
import { refuse } from './upload';

/**
 * `POST /imports?productKey=…&skipInvalid=true&idempotencyKey=…`, CSV as the body or in a form (R-DEV-6). When all of it was checked:
 * 202 with the import that goes on, 200 with one that has ended before, 422 with `errors` and the import that was refused.
 */
export const uploadDeviceImport =
  (imports: Pick<DeviceImportService, 'create'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    const { skipInvalid, idempotencyKey } = req.query;
    try {
      const input = {
        productKey: namedProduct(req),
        skipInvalid: skipInvalid === 'true',
        idempotencyKey: idempotencyKey == null ? null : String(idempotencyKey),
      };
      const made = await imports.create(viewerOf(res), input, csvBody(req));
      // The same key a second time is answered without reading the file again.
      discardRest(req, res);
      if (made.status === 'REFUSED') res.status(422).json({ errors: [toUserErrorType(notClean(made))], import: importJson(made) });
      else res.status(made.status === 'FINISHED' ? 200 : 202).json(importJson(made));
    } catch (error) {
      discardRest(req, res);
      refuse(res, error, log);
    }
  };

const wrongRows = ({ rows, valid }: DeviceImport): number => rows - valid;

const notClean = (made: DeviceImport): UserError =>
  new UserError('IMPORT_NOT_CLEAN', {
    field: 'file',
    message: `${wrongRows(made)} of ${made.rows} rows cannot become devices. No device was created.`,
    hint: `Download /imports/${made._id}/invalid.csv, correct those rows and send the file again, or leave them out with skipInvalid=true.`,
  });

const importJson = (made: DeviceImport) => ({
  id: made._id,
  productKey: made.productKey,
  status: made.status,
  rows: made.rows,
  created: made.created,
  invalid: made.status === 'FINISHED' ? made.rows - made.created : wrongRows(made),
  problems: made.problems,
  expiresAt: made.expiresAt,
  invalidRows: `/imports/${made._id}/invalid.csv`,
  secrets: `/imports/${made._id}/devices.csv`,
});

/** Below `/imports/:id`: its state, `invalid.csv` with a reason a row, and `devices.csv` with the secrets of what it created. */
export function importAnswers(imports: Pick<DeviceImportService, 'get' | 'problems' | 'secrets'>, log: ErrorLog): Router {
  const router = Router({ mergeParams: true });
  const answer =
    (reply: (id: string, res: Response) => Promise<void>): RequestHandler<{ id?: string }> =>
    async (req, res) => {
      try {
        await reply(String(req.params.id), res);
      } catch (error) {
        refuse(res, error, log);
      }
    };
  router.get(
    '/',
    answer(async (id, res) => {
      const found = await imports.get(id);
      if (found === null) throw importUnknown();
      res.json(importJson(found));
    }),
  );
  router.get(
    '/invalid.csv',
    answer(async (id, res) => sendCsv(res, 'invalid.csv', ['row', 'value', 'problem', 'text'], await imports.problems(viewerOf(res), id))),
  );
  router.get(
    '/devices.csv',
    answer(async (id, res) => sendCsv(res, 'devices.csv', ['deviceName', 'secret'], await imports.secrets(viewerOf(res), id))),
  );
  return router;
}

/** Read from the store as fast as the client takes it. A secret may begin like a formula and has to stay as it is. */
async function sendCsv(res: Response, name: string, columns: string[], rows: AsyncIterable<object>): Promise<void> {
  res.setHeader('Content-Type', 'text/csv; charset=utf-8');
  res.setHeader('Content-Disposition', `attachment; filename="${name}"`);
  res.setHeader('Cache-Control', 'no-store');
  res.setTimeout(API_LIMITS.idleTransferMs, () => res.destroy());
  const csv = stringify({ header: true, columns, escape_formulas: name === 'invalid.csv', record_delimiter: 'windows' });
  // The status has left: a cut connection tells the client that rows are missing.
  await pipeline(Readable.from(rows), csv, res).catch(() => res.destroy());
}
