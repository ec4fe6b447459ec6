import { useEffect } from 'react';
import { platform } from '../../app/platform';
import { FollowBatchDocument, ShowBatchDocument, type ShownBatchFragment } from '../../generated/pages/batch/documents';
import { useLive } from '../../live/use-live';

export type ShownBatch = ShownBatchFragment;

/** What an event does not bring (failures by cause, marks) is read again so long after it may differ: once for a stream of them. */
const READ_AGAIN_MS = 1_000;

/** A batch and its changes; its `batch` is null once it is known that there is none. */
export function useBatch(batchId: string) {
  const live = useLive({
    key: batchId,
    load: () => platform.query(ShowBatchDocument, { id: batchId }),
    subscription: FollowBatchDocument,
    variables: { batchId },
    all: ({ batch }) => ({ batch, isOld: false }),
    event(state, { batchProgress: progress }) {
      if (progress.__typename !== 'BatchProgress' || !state.batch) return state;
      const { counts, rate } = progress;
      const before = state.batch;
      const isOld =
        before.status !== progress.batch.status ||
        before.counts.failed !== counts.failed ||
        before.counts.failing !== counts.failing ||
        before.counts.total !== counts.total;
      return { batch: { ...before, ...progress.batch, counts, rate }, isOld: state.isOld || isOld };
    },
  });

  const isOld = live.state?.isOld ?? false;
  const { change } = live;
  useEffect(() => {
    if (!isOld) return;
    const timer = setTimeout(async () => {
      const result = await platform.query(ShowBatchDocument, { id: batchId });
      if (!result.ok) return;
      const { batch } = result.data;
      // Events that came meanwhile may be newer than the answer.
      change((state) => ({
        batch: batch && state.batch ? { ...batch, counts: state.batch.counts, rate: state.batch.rate, status: state.batch.status } : batch,
        isOld: false,
      }));
    }, READ_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isOld, batchId, change]);

  return { ...live, batch: live.state?.batch ?? null };
}
