import { countsOf } from '../../core/batches/counts';
import type { BatchId } from '../../schema/model/ids';
import type { BatchProgressEvent } from './events';
import { createSnapshotFeed, type Snapshot, type SnapshotFeed } from './snapshot-feed';
import type { LiveSource } from './source';

export const createBatchFeed = (source: LiveSource, position: () => string): SnapshotFeed<BatchProgressEvent> =>
  createSnapshotFeed((batchId, cursor) => progressOf(source, batchId, cursor), position, source.logger);

async function progressOf({ collections }: LiveSource, batchId: BatchId, cursor: string): Promise<Snapshot<BatchProgressEvent> | null> {
  const batch = await collections.batches.findOne({ _id: batchId });
  if (!batch) return null;
  return { event: { kind: 'progress', batch, counts: await countsOf(collections.tasks, batch), cursor }, isLast: !!batch.deletedAt };
}
