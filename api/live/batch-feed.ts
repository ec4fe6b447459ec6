import type { BatchId } from '../../schema/model/ids';
import { emptyCounts } from '../../schema/model/live-counts';
import type { TaskStatus } from '../../schema/model/task';
import type { BatchProgressEvent } from './events';
import type { LiveSource } from './source';
import { createWholeFeed, type WholeFeed, type WholePicture } from './whole-feed';

export const createBatchFeed = (source: LiveSource, position: () => string): WholeFeed<BatchProgressEvent> =>
  createWholeFeed((batchId, cursor) => progressOf(source, batchId, cursor), position, source.logger);

async function progressOf({ collections }: LiveSource, batchId: BatchId, cursor: string): Promise<WholePicture<BatchProgressEvent> | null> {
  const [batch, rows] = await Promise.all([
    collections.batches.findOne({ _id: batchId }),
    collections.tasks
      .aggregate<{ _id: TaskStatus; count: number }>([{ $match: { batchId } }, { $group: { _id: '$status', count: { $sum: 1 } } }])
      .toArray(),
  ]);
  if (!batch) return null;
  const counts = emptyCounts();
  for (const { _id, count } of rows) counts[_id] = count;
  return { event: { kind: 'progress', batch, counts, cursor }, isLast: !!batch.deletedAt };
}
