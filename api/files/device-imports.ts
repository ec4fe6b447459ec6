import type { RequestHandler, Response } from 'express';
import { isOfProducts } from '../../core/access/permissions/products';
import type { DeviceImportService } from '../../core/device-imports/contract';
import { importUnknown } from '../../core/device-imports/refusals';
import { UserError } from '../../core/errors';
import type { DeviceImport } from '../../schema/model/device/device-import';
import { toUserErrorType } from '../errors/as-payload';
import type { ErrorLog } from '../errors/present';
import { viewerOf } from '../transport/signed-in';
import { csvBody } from './csv-body';
import { namedProduct } from './named-product';
import { flagOption, queryOptions } from './query-options';
import { sendCsv } from './send-csv';
import { sendJson } from './send-json';
import { refuse } from './upload';

/**
 * `POST /imports?productKey=…&skipInvalid=true&idempotencyKey=…`, CSV as the body or in a form (R-DEV-6). When all of it was checked:
 * 202 with the import that goes on, 200 with one that has ended before, 422 with `errors` and the import that was refused.
 */
export const uploadDeviceImport =
  (imports: Pick<DeviceImportService, 'create'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    try {
      const productKey = namedProduct(req);
      const { skipInvalid, idempotencyKey } = queryOptions(req, ['productKey', 'skipInvalid', 'idempotencyKey']);
      const input = { productKey, skipInvalid: flagOption('skipInvalid', skipInvalid), idempotencyKey };
      const made = await imports.create(viewerOf(res), input, csvBody(req));
      if (made.status === 'REFUSED') sendJson(res, 422, { errors: [toUserErrorType(notClean(made))], import: importJson(made) });
      else sendJson(res, made.status === 'FINISHED' ? 200 : 202, importJson(made));
    } catch (error) {
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

type Imports = Pick<DeviceImportService, 'get' | 'problems' | 'secrets'>;

/** `GET /imports/:id`: its state. */
export const importState = (imports: Imports, log: ErrorLog): RequestHandler =>
  answer(log, async (id, res) => {
    const found = await imports.get(id);
    if (found === null || !isOfProducts(viewerOf(res), found.productKey)) throw importUnknown();
    sendJson(res, 200, importJson(found));
  });

/** `GET /imports/:id/invalid.csv`: a reason a row. */
export const importInvalidRows = (imports: Imports, log: ErrorLog): RequestHandler =>
  answer(log, async (id, res) => {
    const rows = await imports.problems(viewerOf(res), id);
    await sendCsv(res, log, { name: 'invalid.csv', columns: ['row', 'value', 'problem', 'text'], rows });
  });

/** `GET /imports/:id/devices.csv`: the secrets of what it created. One that was given may begin like a formula, and has to stay as it is. */
export const importSecrets = (imports: Imports, log: ErrorLog): RequestHandler =>
  answer(log, async (id, res) => {
    const rows = await imports.secrets(viewerOf(res), id);
    const made = await imports.get(id);
    const columns = ['deviceName', 'secret', ...(made?.makesKeys ? ['pskIdentity', 'pskKey'] : [])];
    await sendCsv(res, log, { name: 'devices.csv', columns, rows, exact: true });
  });

const answer =
  (log: ErrorLog, reply: (id: string, res: Response) => Promise<void>): RequestHandler =>
  async (req, res) => {
    try {
      await reply(String(req.params.id), res);
    } catch (error) {
      refuse(res, error, log);
    }
  };
