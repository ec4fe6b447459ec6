import type { Problem } from '@updraft/client';
import { useEffect, useRef, useState } from 'react';
import { platform } from '../../app/platform';
import {
  FollowAuditDocument,
  ListAuditDocument,
  type ListAuditQuery,
  type ShownEntryFragment,
} from '../../generated/pages/audit/documents';
import { persistently } from '../../live/persistently';
import { useLive } from '../../live/use-live';
import type { filterOf } from './filter';

interface Listed {
  readonly entries: readonly ShownEntryFragment[];
  readonly more: string | null;
}

/** A page that stays open for days does not grow with what happens; what has gone is read again by its filters. */
const MOST_SHOWN = 2_000;

const listedOf = ({ auditEntries }: ListAuditQuery): Listed => ({
  entries: (auditEntries?.edges ?? []).map(({ node }) => node),
  more: auditEntries?.pageInfo.hasNextPage ? auditEntries.pageInfo.endCursor : null,
});

/** The newest first, new ones on top as they come; older ones when they are asked for. */
export function useAudit(filter: ReturnType<typeof filterOf>, may: boolean) {
  const key = may ? JSON.stringify(filter) : null;
  const [reading, setReading] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  /** Of the list that is shown: what is read of another one is not put beneath it. */
  const current = useRef(new AbortController());
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another list.
  useEffect(() => {
    const ended = new AbortController();
    current.current = ended;
    return () => {
      ended.abort();
      setReading(false);
      setProblems([]);
    };
  }, [key]);
  const { state, error, reload, change } = useLive({
    key,
    load: () => platform.query(ListAuditDocument, { filter, after: null }),
    subscription: FollowAuditDocument,
    variables: { filter },
    all: (all): Listed => listedOf(all),
    event(before, { auditAdded: event }) {
      if (event.__typename !== 'AuditAdded' || before.entries.some(({ id }) => id === event.entry.id)) return before;
      return { ...before, entries: [event.entry, ...before.entries].slice(0, MOST_SHOWN) };
    },
  });
  const readMore = async (): Promise<void> => {
    if (!state?.more) return;
    const { signal } = current.current;
    setReading(true);
    const answer = await persistently(() => platform.query(ListAuditDocument, { filter, after: state.more }), {
      state: platform.state,
      signal,
      failed: (failure) => setProblems(failure.problems),
    });
    if (signal.aborted) return;
    setReading(false);
    if (!answer) return;
    setProblems([]);
    const next = listedOf(answer);
    change((now) => ({
      entries: [...now.entries, ...next.entries.filter(({ id }) => !now.entries.some((known) => known.id === id))],
      more: next.more,
    }));
  };
  return {
    entries: state?.entries ?? null,
    hasMore: state?.more != null,
    loading: (may && state === null && error === null) || reading,
    problems: [...(error?.problems ?? []), ...problems],
    readMore: () => void readMore(),
    reload,
  };
}
