import { countsOf } from '../../core/batches/counts';
import type { BatchId } from '../../schema/model/ids';
import type { BatchProgressEvent } from './events';
import type { LiveSource } from './source';
import { createSnapshotFeed, type SnapshotFeed, type Snapshot } from './snapshot-feed';

export const createBatchFeed = (source: LiveSource, position: () => string): SnapshotFeed<BatchProgressEvent> =>
  createSnapshotFeed((batchId, cursor) => progressOf(source, batchId, cursor), position, source.logger);

async function progressOf({ collections }: LiveSource, batchId: BatchId, cursor: string): Promise<Snapshot<BatchProgressEvent> | null> {
  const batch = await collections.batches.findOne({ _id: batchId });
  if (!batch) return null;
  return { event: { kind: 'progress', batch, counts: await countsOf(collections.tasks, batch), cursor }, isLast: !!batch.deletedAt };
}
