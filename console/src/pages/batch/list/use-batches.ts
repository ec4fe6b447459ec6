import type { Result } from '@updraft/client';
import { useRef, useState } from 'react';
import { platform } from '../../../app/platform';
import {
  type BatchFilterInput,
  BatchListDocument,
  type BatchListQuery,
  FollowBatchListDocument,
  type ListedBatchFragment,
  type SortOrder,
} from '../../../generated/pages/batch/documents';
import { changed, type FollowedList, followed } from '../../../live/followed-list';
import { useLive } from '../../../live/use-live';
import { fits } from './filter';

interface Listed extends FollowedList<ListedBatchFragment> {
  /** Where the next page begins; null: there is none. */
  readonly more: string | null;
  readonly totalCount: number | null;
}

/** Pages that are read again at once after a Resync. */
const MOST_PAGES = 10;

/** Batches that fit, as many pages as somebody wanted, and what becomes of them. */
export function useBatches(filter: BatchFilterInput, order: SortOrder) {
  const key = `${order} ${JSON.stringify(filter)}`;
  const pages = useRef({ key, count: 1 });
  const [reading, setReading] = useState(false);

  const read = async (after: string | null): Promise<Result<Listed>> => {
    const result: Result<BatchListQuery> = await platform.query(BatchListDocument, { filter, order, after });
    if (!result.ok) return result as Result<never>;
    const { batches } = result.data;
    const more = batches?.pageInfo.hasNextPage ? batches.pageInfo.endCursor : null;
    const rows = (batches?.edges ?? []).map(({ node }) => node);
    return { ok: true, data: { ...followed(rows), more, totalCount: batches?.totalCount ?? null } };
  };
  const load = async (): Promise<Result<Listed>> => {
    const wanted = pages.current.key === key ? Math.min(pages.current.count, MOST_PAGES) : 1;
    pages.current = { key, count: wanted };
    let all = await read(null);
    for (let page = 1; page < wanted && all.ok && all.data.more !== null; page += 1) {
      const next = await read(all.data.more);
      all = next.ok ? { ok: true, data: withPage(all.data, next.data) } : next;
    }
    return all;
  };
  const live = useLive({
    key,
    load,
    subscription: FollowBatchListDocument,
    variables: { filter: filter.productKey ? { productKey: filter.productKey } : null },
    all: (all: Listed) => all,
    event(state, { batchChanges: change }) {
      if (change.__typename !== 'BatchChange') return state;
      const next = changed(state, change.id, change.batch, (batch) => fits(filter, batch) && isWithin(state, batch, order));
      return next === state ? state : { ...state, ...next };
    },
  });

  const { state, change } = live;
  const readMore = async (): Promise<void> => {
    if (reading || !state?.more) return;
    setReading(true);
    const next = await read(state.more);
    setReading(false);
    // Meanwhile somebody may have chosen another filter.
    if (!next.ok || pages.current.key !== key) return;
    pages.current = { key, count: pages.current.count + 1 };
    change((list) => withPage(list, next.data));
  };
  return { ...live, reading, readMore: () => void readMore() };
}

function withPage(list: Listed, { rows, more, totalCount }: Listed): Listed {
  const known = new Set(list.rows.map(({ id }) => id));
  return { ...list, more, totalCount, rows: [...list.rows, ...rows.filter(({ id }) => !known.has(id))] };
}

/** What belongs behind the last row that was read is found by reading on. */
function isWithin({ rows, more }: Listed, { createdAt }: ListedBatchFragment, order: SortOrder): boolean {
  const last = rows.at(-1);
  if (more === null || !last) return true;
  return order === 'DESCENDING' ? createdAt >= last.createdAt : createdAt <= last.createdAt;
}
