import type { Batch, CauseCount } from '../../schema/model/batch/batch';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import { ACTIVE_STATUSES } from '../../schema/model/task/task';
import type { Collections } from '../../schema/mongo/connect';

/**
 * A batch's failures by cause, the most frequent first: counted along the index of causes, which has an entry for each task whose last
 * attempt has failed, and for no other.
 */
export async function failuresOf(tasks: Collections['tasks'], { _id, removedTasks }: Pick<Batch, '_id' | 'removedTasks'>) {
  if (removedTasks) return removedTasks.causes ?? [];
  const causes = (await tasks.distinct('cause', { batchId: _id, cause: { $gt: '' } as never })) as FailureCause[];
  const counts = await Promise.all(causes.map((cause) => countOf(tasks, _id, cause)));
  return counts.filter(({ failed, failing }) => failed + failing > 0).sort(mostFirst);
}

async function countOf(tasks: Collections['tasks'], batchId: string, cause: FailureCause): Promise<CauseCount> {
  const [failed, failing] = await Promise.all([
    tasks.countDocuments({ batchId, cause, status: 'FAILED' }),
    tasks.countDocuments({ batchId, cause, status: { $in: [...ACTIVE_STATUSES] } }),
  ]);
  return { cause, failed, failing };
}

const mostFirst = (a: CauseCount, b: CauseCount): number => b.failed - a.failed || b.failing - a.failing || (a.cause < b.cause ? -1 : 1);
