import { useEffect, useReducer } from 'react';
import { platform } from '../../app/platform';
import { FollowGroupDocument, ShowGroupDocument } from '../../generated/pages/groups/documents';
import { useLive } from '../../live/use-live';
import { useLoaded } from '../../live/use-loaded';
import { useSoon } from '../../live/use-soon';
import { useGroups } from './use-groups';

/** One that is being filled changes with every page of devices: several changes are one reading. */
const CHANGED_MS = 500;

/** One group as it is now, and all others, among which it has its place. `readings`: how often it was read again. */
export function useGroup(groupId: string) {
  const { data, problems, reload } = useLoaded(`group ${groupId}`, () => platform.query(ShowGroupDocument, { id: groupId }));
  const groups = useGroups();
  const [readings, readAgain] = useReducer((count: number) => count + 1, 0);
  const soon = useSoon(() => {
    reload();
    groups.reload();
    readAgain();
  }, CHANGED_MS);
  const { state: changes } = useLive({
    key: `changes of group ${groupId}`,
    load: async () => ({ ok: true as const, data: null }),
    subscription: FollowGroupDocument,
    variables: { groupId },
    // Also once the subscription stands, for what happened since the first reading, and after a Resync.
    all: (_none, before: number | null) => (before ?? 0) + 1,
    event: (count) => count + 1,
  });
  useEffect(() => {
    if (changes !== null) soon();
  }, [changes, soon]);
  return { data, problems, reload, groups, readings };
}
