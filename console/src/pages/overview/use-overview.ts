import type { Result } from '@updraft/client';
import { useCallback, useEffect, useState } from 'react';
import { platform } from '../../app/platform';
import {
  type CardBatchFragment,
  FollowBatchesDocument,
  OverviewDocument,
  OverviewFlowDocument,
  OverviewNumbersDocument,
  type OverviewNumbersQuery,
} from '../../generated/pages/overview/documents';
import { useLive } from '../../live/use-live';
import { useLoaded } from '../../live/use-loaded';
import { useSoon } from '../../live/use-soon';
import type { Flow } from './flow';

/** A batch was made, or is another now: several at once are one reading. */
const BATCHES_MS = 500;
/** The platform counts once a minute. */
const NUMBERS_MS = 65_000;
const DAY_MS = 86_400_000;

export type NumbersAt = OverviewNumbersQuery & { readonly readAt: Date };
type Rate = CardBatchFragment['rate'];

/** All that the overview shows, read again when batches change, and its numbers once a minute while something happens. */
export function useOverview(days: number) {
  const overview = useLoaded('overview', (signal) => platform.query(OverviewDocument, {}, { signal }));
  const numbers = useLoaded('numbers of the overview', async (signal): Promise<Result<NumbersAt>> => {
    const result = await platform.query(OverviewNumbersDocument, {}, { signal });
    return result.ok ? { ok: true, data: { ...result.data, readAt: new Date() } } : (result as Result<never>);
  });
  const flow = useLoaded(`flow of ${days} days`, async (signal): Promise<Result<Flow | null>> => {
    const from = new Date(Date.now() - days * DAY_MS).toISOString();
    const result = await platform.query(OverviewFlowDocument, { from }, { signal });
    return result.ok ? { ok: true, data: result.data.platformSeries } : (result as Result<never>);
  });

  const againAll = useSoon(overview.reload, BATCHES_MS);
  const againNumbers = useSoon(() => {
    numbers.reload();
    flow.reload();
  }, NUMBERS_MS);
  const { state: changes } = useLive({
    key: 'batches of the overview',
    load: async () => ({ ok: true as const, data: null }),
    subscription: FollowBatchesDocument,
    variables: {},
    // Also after a Resync: what was missed is in the next reading.
    all: (_none, before: number | null) => (before ?? 0) + 1,
    event: (count) => count + 1,
  });
  useEffect(() => {
    if (changes === null) return;
    // Also once the subscription stands: what happened after the first reading, and before that, no event tells.
    againAll();
    if (changes > 1) againNumbers();
  }, [changes, againAll, againNumbers]);

  const [rates, setRates] = useState<ReadonlyMap<string, Rate>>(new Map());
  const told = useCallback(
    (batchId: string, rate: Rate): void => {
      setRates((before) => (before.get(batchId) === rate ? before : new Map(before).set(batchId, rate)));
      againNumbers();
    },
    [againNumbers],
  );
  return { overview, numbers, flow, rates, told };
}
