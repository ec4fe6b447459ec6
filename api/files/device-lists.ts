import { Readable } from 'node:stream';
import type { RequestHandler } from 'express';
import { isOfProducts } from '../../core/access/permissions/products';
import type { DeviceListService } from '../../core/device-lists/contract';
import { listNotClean } from '../../core/device-lists/service';
import { UserError } from '../../core/errors';
import type { DeviceList, DeviceListProblem } from '../../schema/model/device/device-list';
import { toUserErrorType } from '../errors/as-payload';
import type { ErrorLog } from '../errors/present';
import { viewerOf } from '../transport/signed-in';
import { csvBody } from './csv-body';
import { namedProduct } from './named-product';
import { queryOptions } from './query-options';
import { sendCsv } from './send-csv';
import { sendJson } from './send-json';
import { refuse } from './upload';

/** `POST /lists?productKey=…`, CSV as the body or in a form (R-BAT-3). 201 with what the check found, or `{errors}`. */
export const uploadDeviceList =
  (lists: Pick<DeviceListService, 'create'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    try {
      const productKey = namedProduct(req);
      queryOptions(req, ['productKey']);
      sendJson(res, 201, listJson(await lists.create(viewerOf(res), productKey, csvBody(req))));
    } catch (error) {
      refuse(res, error, log);
    }
  };

const listJson = (list: DeviceList) => ({ ...stateOf(list), ...(list.status === 'REFUSED' && refusalOf(list)) });

const stateOf = ({ _id, productKey, status, rows, problems, expiresAt }: DeviceList) => ({
  id: _id,
  productKey,
  status,
  rows,
  invalid: problems.INVALID,
  unknown: problems.UNKNOWN,
  duplicates: problems.DUPLICATE,
  expiresAt,
});

/** 201 all the same: the list is there, with what is wrong with it. */
const refusalOf = (list: DeviceList) => ({
  invalidRows: `/lists/${list._id}/invalid.csv`,
  errors: [toUserErrorType(listNotClean(list, 'file', 'No batch can use the list.'))],
});

const EXAMPLE = { deviceName: 'meter-0001' };

/** `GET /lists/template.csv`: a file as `POST /lists` takes it, with one example. */
export const listTemplate =
  (log: ErrorLog): RequestHandler =>
  (_req, res) =>
    sendCsv(res, log, { name: 'devices-of-a-batch.csv', columns: Object.keys(EXAMPLE), rows: Readable.from([EXAMPLE]) });

/** `GET /lists/:id/invalid.csv`: each row that names no device, or one twice. */
export const invalidRows =
  (lists: Pick<DeviceListService, 'get' | 'problems'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    const id = String(req.params.id);
    try {
      const list = await lists.get(id);
      if (list === null || !isOfProducts(viewerOf(res), list.productKey)) throw listUnknown();
    } catch (error) {
      refuse(res, error, log);
      return;
    }
    await sendCsv(res, log, {
      name: 'invalid.csv',
      columns: ['row', 'value', 'reason', 'text'],
      quoted: ['value'],
      rows: rowsOf(lists.problems(id)),
    });
  };

const listUnknown = (): UserError =>
  new UserError('NOT_FOUND', {
    message: 'There is no list with this id, or it has expired.',
    hint: 'Look at the id, or send the file to /lists again.',
  });

async function* rowsOf(problems: AsyncIterable<DeviceListProblem>): AsyncGenerator<(string | number)[]> {
  for await (const { row, value, problem, text = '' } of problems) yield [row, value, problem, text];
}
