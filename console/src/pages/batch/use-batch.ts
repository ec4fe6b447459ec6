import { useEffect, useRef } from 'react';
import { platform } from '../../app/platform';
import { FollowBatchDocument, ShowBatchDocument, type ShownBatchFragment } from '../../generated/pages/batch/documents';
import { readPersistently } from '../../live/read-persistently';
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
    all: ({ batch }) => ({ batch, changes: 0, read: 0 }),
    event(state, { batchProgress: progress }) {
      if (progress.__typename !== 'BatchProgress' || !state.batch) return state;
      const { counts, rate } = progress;
      const before = state.batch;
      const isOld =
        before.status !== progress.batch.status ||
        before.counts.failed !== counts.failed ||
        before.counts.failing !== counts.failing ||
        before.counts.total !== counts.total;
      return { ...state, batch: { ...before, ...progress.batch, counts, rate }, changes: state.changes + (isOld ? 1 : 0) };
    },
  });

  /** So many changes there were, and so many the last reading has seen for certain. */
  const { changes, read } = live.state ?? { changes: 0, read: 0 };
  const isOld = changes > read;
  const shown = useRef(changes);
  useEffect(() => {
    shown.current = changes;
  }, [changes]);
  const { change } = live;
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each reading it looks whether there was a change meanwhile.
  useEffect(() => {
    if (!isOld) return;
    const left = new AbortController();
    const timer = setTimeout(async () => {
      const seen = shown.current;
      const found = await readPersistently(ShowBatchDocument, { id: batchId }, left.signal);
      if (!found) return;
      const { batch } = found;
      // Events that came meanwhile may be newer than the answer; those that it does not know of are read for once more.
      change((state) => ({
        ...state,
        batch: batch && state.batch ? { ...batch, counts: state.batch.counts, rate: state.batch.rate, status: state.batch.status } : batch,
        read: Math.min(seen, state.changes),
      }));
    }, READ_AGAIN_MS);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [isOld, read, batchId, change]);

  return { ...live, batch: live.state?.batch ?? null };
}
