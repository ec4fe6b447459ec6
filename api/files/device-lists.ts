import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';
import type { DeviceListService } from '../../core/device-sets';
import type { DeviceList, DeviceListProblem } from '../../schema/model/device-list';
import type { ErrorLog } from '../errors/present';
import { viewerOf } from '../transport/signed-in';
import { csvBody } from './csv-body';
import { discardRest } from './discard-rest';
import { namedProduct } from './named-product';
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
  (lists: Pick<DeviceListService, 'get' | 'problems'>): RequestHandler =>
  async (req, res) => {
    const id = String(req.params.id);
    if ((await lists.get(id)) === null) {
      res.status(404).json({ errors: [{ code: 'NOT_FOUND', message: 'There is no list with this id, or it has expired.' }] });
      return;
    }
    res.setHeader('Content-Type', 'text/csv; charset=utf-8');
    res.setHeader('Content-Disposition', 'attachment;filename=invalid.csv');
    await pipeline(Readable.from(csvOf(lists.problems(id))), res).catch(() => res.destroy());
  };

async function* csvOf(problems: AsyncIterable<DeviceListProblem>): AsyncGenerator<string> {
  yield 'row,value,reason\r\n';
  for await (const { row, value, problem } of problems) yield `${row},"${value.replaceAll('"', '""')}",${problem}\r\n`;
}
