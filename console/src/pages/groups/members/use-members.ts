import type { Problem } from '@updraft/client';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { platform } from '../../../app/platform';
import { signedOut } from '../../../app/session/session';
import { type MemberFragment, MembersDocument } from '../../../generated/pages/groups/documents';
import { persistently } from '../../../live/persistently';

interface State {
  readonly rows: readonly MemberFragment[];
  readonly after: string | null;
  readonly hasMore: boolean;
  readonly problems: readonly Problem[];
}

const NOTHING: State = { rows: [], after: null, hasMore: true, problems: [] };

/** Devices of a group, read page by page as they come into sight. */
export function useMembers(groupId: string) {
  const [generation, reload] = useReducer((count: number) => count + 1, 0);
  const [state, setState] = useState<State>(NOTHING);
  const reading = useRef(false);
  const current = useRef(new AbortController());

  const readFrom = useCallback(
    async (after: string | null): Promise<void> => {
      const { signal } = current.current;
      reading.current = true;
      const answer = await persistently(() => platform.query(MembersDocument, { id: groupId, after }), {
        state: platform.state,
        signal,
        failed({ reason, problems }) {
          if (reason === 'not-signed-in') signedOut();
          setState((before) => ({ ...before, hasMore: false, problems }));
        },
      });
      if (signal.aborted) return;
      reading.current = false;
      if (!answer) return;
      const { edges = [], pageInfo } = answer.group?.devices ?? {};
      const rows = edges.map(({ node }) => node);
      setState((before) => ({
        rows: after === null ? rows : [...before.rows, ...rows],
        after: pageInfo?.endCursor ?? null,
        hasMore: pageInfo?.hasNextPage ?? false,
        problems: [],
      }));
    },
    [groupId],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads anew by `reload`.
  useEffect(() => {
    const ended = new AbortController();
    current.current = ended;
    void readFrom(null);
    return () => ended.abort();
  }, [generation, readFrom]);

  const { after, hasMore } = state;
  const readMore = useCallback((): void => {
    if (!reading.current && hasMore && after !== null) void readFrom(after);
  }, [after, hasMore, readFrom]);
  return { ...state, readMore, reload };
}
