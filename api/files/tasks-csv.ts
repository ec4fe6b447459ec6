import type { RequestHandler } from 'express';
import type { TaskService } from '../../core/tasks/contract';
import { progressOf, type Task } from '../../schema/model/task/task';
import type { ErrorLog } from '../errors/present';
import { viewerOf } from '../transport/signed-in';
import { sendCsv } from './send-csv';
import { refuse } from './upload';

const time = (date: Date | null): string => date?.toISOString() ?? '';

const COLUMNS: Record<string, (task: Task) => string | number | null> = {
  product: ({ productKey }) => productKey,
  device: ({ deviceName }) => deviceName,
  module: ({ module }) => module,
  source_version: ({ sourceVersion }) => sourceVersion,
  target_version: ({ targetVersion }) => targetVersion,
  status: ({ status }) => status,
  attempt: ({ attempt }) => attempt,
  progress: progressOf,
  cause: ({ cause }) => cause,
  cause_text: ({ causeText }) => causeText,
  created_at: ({ createdAt }) => time(createdAt),
  notified_at: ({ notifiedAt }) => time(notifiedAt),
  first_progress_at: ({ firstProgressAt }) => time(firstProgressAt),
  updated_at: ({ updatedAt }) => time(updatedAt),
  ended_at: ({ endedAt }) => time(endedAt),
  outcome: ({ outcome }) => outcome ?? null,
};

/** `GET /batches/:id/tasks.csv` (R-BAT-22): one row a task. */
export const tasksCsv =
  (tasks: Pick<TaskService, 'export'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    const id = String(req.params.id);
    const found = await tasks.export(viewerOf(res), id).catch((error: unknown) => refuse(res, error, log));
    if (found) await sendCsv(res, log, { name: `tasks-${id}.csv`, columns: Object.keys(COLUMNS), rows: rowsOf(found) });
  };

async function* rowsOf(tasks: AsyncIterable<Task>): AsyncGenerator<(string | number | null)[]> {
  const values = Object.values(COLUMNS);
  for await (const task of tasks) yield values.map((cell) => cell(task));
}
