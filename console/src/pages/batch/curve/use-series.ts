import type { Result } from '@updraft/client';
import { useEffect, useRef } from 'react';
import { platform } from '../../../app/platform';
import { BatchCurveDocument } from '../../../generated/pages/batch/documents';
import { useLoaded } from '../../../live/use-loaded';
import { useSoon } from '../../../live/use-soon';
import type { ShownBatch } from '../use-batch';
import { joined, type Series } from './points';

const MINUTE_MS = 60_000;
/** The platform counts once a minute: what has happened is in a point after that, and a little for the counting. */
const COUNTED_MS = 5_000;

/** The points of its curve. After something has happened they are read again, from the last one on, once for each step. */
export function useSeries(batch: ShownBatch) {
  const { id } = batch;
  const known = useRef<{ id: string; series: Series } | null>(null);
  const load = async (signal: AbortSignal): Promise<Result<Series | null>> => {
    const before = known.current?.id === id ? known.current.series : null;
    const from = before?.points.at(-1)?.at ?? null;
    const result = await platform.query(BatchCurveDocument, { id, from }, { signal });
    if (!result.ok) return result as Result<never>;
    const read = result.data.batch?.series ?? null;
    const series = before && from && read ? joined(before, read) : read;
    if (series) known.current = { id, series };
    else if (read) {
      known.current = null;
      return load(signal);
    }
    return { ok: true, data: series };
  };
  const { data, problems, loading, reload } = useLoaded(`curve of ${id}`, load);

  const again = useSoon(reload, (data?.stepMinutes ?? 1) * MINUTE_MS + COUNTED_MS);
  const seen = useRef(batch);
  useEffect(() => {
    if (seen.current === batch) return;
    seen.current = batch;
    again();
  }, [batch, again]);
  return { series: data, problems, loading, reload };
}
