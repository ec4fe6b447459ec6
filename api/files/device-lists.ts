import type { RequestHandler } from 'express';
import type { DeviceListService } from '../../core/device-sets';
import { UserError } from '../../core/errors';
import type { DeviceList, DeviceListProblem } from '../../schema/model/device-list';
import type { ErrorLog } from '../errors/present';
import { viewerOf } from '../transport/signed-in';
import { csvBody } from './csv-body';
import { discardRest } from './discard-rest';
import { namedProduct } from './named-product';
import { sendCsv } from './send-csv';
import { refuse } from './upload';

/** `POST /lists?productKey=…`, CSV as the body or in a form (R-BAT-3). 201 with what the check found, or `{errors}`. */
export const uploadDeviceList =
  (lists: Pick<DeviceListService, 'create'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    try {
      res.status(201).json(listJson(await lists.create(viewerOf(res), namedProduct(req), csvBody(req))));
    } catch (error) {
      discardRest(req, res);
      refuse(res, error, log);
    }
  };

const listJson = ({ _id, productKey, status, rows, problems, expiresAt }: DeviceList) => ({
  id: _id,
  productKey,
  status,
  rows,
  invalid: problems.INVALID,
  unknown: problems.UNKNOWN,
  duplicates: problems.DUPLICATE,
  expiresAt,
  ...(status === 'REFUSED' && { invalidRows: `/lists/${_id}/invalid.csv` }),
});

/** `GET /lists/:id/invalid.csv`: each row that names no device, or one twice. */
export const invalidRows =
  (lists: Pick<DeviceListService, 'get' | 'problems'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    const id = String(req.params.id);
    try {
      if ((await lists.get(id)) === null) throw listUnknown();
    } catch (error) {
      refuse(res, error, log);
      return;
    }
    await sendCsv(res, log, {
      name: 'invalid.csv',
      columns: ['row', 'value', 'reason'],
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
  for await (const { row, value, problem } of problems) yield [row, value, problem];
}
