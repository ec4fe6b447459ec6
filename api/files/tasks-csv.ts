import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { RequestHandler, Response } from 'express';
import type { TaskService } from '../../core/core';
import type { Task } from '../../schema/model/task';
import { toUserErrorType, userErrorsOf } from '../errors/as-payload';
import { type ErrorLog, maskedAs } from '../errors/present';
import { API_LIMITS } from '../limits';
import { viewerOf } from '../transport/signed-in';

const time = (date: Date | null): string => date?.toISOString() ?? '';

const COLUMNS: Record<string, (task: Task) => string | number | null> = {
  product: ({ productKey }) => productKey,
  device: ({ deviceName }) => deviceName,
  module: ({ module }) => module,
  source_version: ({ sourceVersion }) => sourceVersion,
  target_version: ({ targetVersion }) => targetVersion,
  status: ({ status }) => status,
  attempt: ({ attempt }) => attempt,
  progress: ({ progress }) => progress,
  cause: ({ cause }) => cause,
  cause_text: ({ causeText }) => causeText,
  created_at: ({ createdAt }) => time(createdAt),
  notified_at: ({ notifiedAt }) => time(notifiedAt),
  first_progress_at: ({ firstProgressAt }) => time(firstProgressAt),
  updated_at: ({ updatedAt }) => time(updatedAt),
  ended_at: ({ endedAt }) => time(endedAt),
  outcome: ({ outcome }) => outcome ?? null,
};

/**
 * `GET /batches/:id/tasks.csv` (R-BAT-22): RFC 4180, UTF-8, one row a task, read from the store as fast as the client takes it.
 * What a device said may begin like a formula: spreadsheets get an apostrophe before it.
 */
export const tasksCsv =
  (tasks: Pick<TaskService, 'export'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    const id = String(req.params.id);
    const found = await tasks.export(viewerOf(res), id).catch((error: unknown) => refuse(res, error, log));
    if (!found) return;
    res.setHeader('Content-Type', 'text/csv; charset=utf-8');
    res.setHeader('Content-Disposition', `attachment; filename="tasks-${id}.csv"`);
    res.setHeader('Cache-Control', 'no-store');
    res.setTimeout(API_LIMITS.idleTransferMs, () => res.destroy());
    const csv = stringify({ header: true, columns: Object.keys(COLUMNS), escape_formulas: true, record_delimiter: 'windows' });
    try {
      await pipeline(Readable.from(rowsOf(found)), csv, res);
    } catch (error) {
      // The status has left: a cut connection tells the client that rows are missing.
      if (!isHangUp(error)) maskedAs(log, error);
      res.destroy();
    }
  };

async function* rowsOf(tasks: AsyncIterable<Task>): AsyncGenerator<(string | number | null)[]> {
  const values = Object.values(COLUMNS);
  for await (const task of tasks) yield values.map((cell) => cell(task));
}

function refuse(res: Response, error: unknown, log: ErrorLog): null {
  const refusals = userErrorsOf(error);
  if (refusals?.[0]) {
    res.status(refusals[0].code === 'NOT_ALLOWED' ? 403 : 404).json({ errors: refusals.map((one) => toUserErrorType(one)) });
    return null;
  }
  const id = maskedAs(log, error);
  res.status(500).json({ errors: [{ code: 'INTERNAL', message: `Something went wrong inside Updraft. The log has it as ${id}.`, id }] });
  return null;
}

const isHangUp = (error: unknown): boolean =>
  ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(String((error as { code?: unknown }).code));
