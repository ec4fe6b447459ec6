import type { Batch, StatusCounts, TaskCounts } from '../../schema/model/batch/batch';
import { emptyCounts } from '../../schema/model/batch/live-counts';
import { TASK_STATUSES, type TaskOutcome, type TaskStatus } from '../../schema/model/task/task';
import type { Collections } from '../../schema/mongo/connect';

/** From so many tasks on it pays to count each status by itself. */
const MANY = 20_000;

type Counted = Pick<Batch, '_id' | 'kind' | 'selection' | 'deletedAt' | 'removedTasks'>;

/** A batch's tasks by status, and by the outcomes that no status shows. Each is counted along an index. */
export async function countsOf(tasks: Collections['tasks'], batch: Counted): Promise<TaskCounts> {
  if (batch.removedTasks) return batch.removedTasks.counts;
  const [statuses, failing, regressed] = await Promise.all([
    statusesOf(tasks, batch),
    withOutcome(tasks, batch._id, 'FAILING'),
    withOutcome(tasks, batch._id, 'REGRESSED'),
  ]);
  return { ...statuses, failing, regressed };
}

const withOutcome = (tasks: Collections['tasks'], batchId: string, outcome: TaskOutcome): Promise<number> =>
  tasks.countDocuments({ batchId, outcome });

/**
 * Counting keys of one status costs a quarter of grouping all of them; and where the selection has told how many tasks there are, those in
 * QUEUED, at first all of them, are what the others leave.
 */
async function statusesOf(tasks: Collections['tasks'], batch: Counted): Promise<StatusCounts> {
  // The tasks of a batch that is being deleted go.
  const total = batch.kind === 'static' && !batch.deletedAt ? (batch.selection?.created ?? 0) : 0;
  if (total < MANY) return grouped(tasks, batch._id);
  const counts = emptyCounts();
  const others = TASK_STATUSES.filter((status) => status !== 'QUEUED');
  const counted = await Promise.all(others.map((status) => tasks.countDocuments({ batchId: batch._id, status })));
  for (const [index, status] of others.entries()) counts[status] = counted[index] ?? 0;
  // A task that moves meanwhile may be counted twice, or not: the next look tells.
  counts.QUEUED = Math.max(0, total - counted.reduce((sum, count) => sum + count, 0));
  return counts;
}

async function grouped(tasks: Collections['tasks'], batchId: string): Promise<StatusCounts> {
  const rows = await tasks
    .aggregate<{ _id: TaskStatus; count: number }>([{ $match: { batchId } }, { $group: { _id: '$status', count: { $sum: 1 } } }])
    .toArray();
  const counts = emptyCounts();
  for (const { _id, count } of rows) counts[_id] = count;
  return counts;
}
