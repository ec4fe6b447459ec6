import type { Result } from '@updraft/client';
import { useRef, useState } from 'react';
import { platform } from '../../app/platform';
import type { TaskStatus } from '../../components/statuses';
import { BatchTasksDocument, FollowTasksDocument, type ShownTaskFragment } from '../../generated/pages/batch/documents';
import { useLive } from '../../live/use-live';
import { emptyList, type Page, type TaskList, withChange, withPage } from './task-list';

export interface TaskFilter {
  readonly status: TaskStatus | null;
  readonly prefix: string;
}

/** Pages that are read again at once after a Resync; whoever has scrolled further scrolls once more. */
const MOST_PAGES = 10;

export function useTasks(batchId: string, { status, prefix }: TaskFilter) {
  const key = `${batchId} ${status} ${prefix}`;
  const pages = useRef({ key, count: 1 });
  const [reading, setReading] = useState(false);
  const filter = { ...(status && { statuses: [status] }), ...(prefix && { deviceNamePrefix: prefix }) };
  const fits = (task: ShownTaskFragment): boolean => task.deviceName.startsWith(prefix) && (status === null || task.status === status);

  const read = async (after: string | null): Promise<Result<Page<ShownTaskFragment>>> => {
    const result = await platform.query(BatchTasksDocument, { batchId, filter, after });
    if (!result.ok) return result as Result<never>;
    return { ok: true, data: result.data.batch?.tasks ?? { edges: [], pageInfo: { hasNextPage: false, endCursor: null } } };
  };
  const load = async (): Promise<Result<TaskList<ShownTaskFragment>>> => {
    let list = emptyList<ShownTaskFragment>();
    const wanted = pages.current.key === key ? Math.min(pages.current.count, MOST_PAGES) : 1;
    for (let count = 0; count < wanted && list.hasMore; count += 1) {
      const result = await read(list.endCursor);
      if (!result.ok) return result as Result<never>;
      list = withPage(list, result.data);
    }
    pages.current = { key, count: wanted };
    return { ok: true, data: list };
  };

  const live = useLive({
    key,
    load,
    subscription: FollowTasksDocument,
    variables: { filter: { batchId } },
    all: (list: TaskList<ShownTaskFragment>) => list,
    event: (list, { taskChanges: change }) => (change.__typename === 'TaskChange' ? withChange(list, change.task, fits) : list),
  });

  const { state, change } = live;
  const readMore = async (): Promise<void> => {
    if (reading || !state?.hasMore) return;
    setReading(true);
    const result = await read(state.endCursor);
    setReading(false);
    // Meanwhile somebody may have chosen another filter.
    if (!result.ok || pages.current.key !== key) return;
    pages.current = { key, count: pages.current.count + 1 };
    change((list) => withPage(list, result.data));
  };

  return { ...live, reading, readMore };
}
