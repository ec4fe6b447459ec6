import { platform } from '../../app/platform';
import { DeviceOfTaskDocument, FollowTaskDocument, type OneTaskFragment, ShowTaskDocument } from '../../generated/pages/task/documents';
import { useLive } from '../../live/use-live';
import { useLoaded } from '../../live/use-loaded';

/** A task as it changes. The API tells of the tasks of a device in a batch, so both are asked for first. */
export function useTask(taskId: string) {
  const found = useLoaded(`task ${taskId}`, () => platform.query(DeviceOfTaskDocument, { id: taskId }));
  const of = found.data?.task;
  const live = useLive({
    key: of ? taskId : null,
    load: () => platform.query(ShowTaskDocument, { id: taskId }),
    subscription: FollowTaskDocument,
    variables: { filter: { batchId: of?.batchId ?? '', deviceId: of?.deviceId ?? '' } },
    all: ({ task }) => ({ task }),
    event(state: { task: OneTaskFragment | null }, { taskChanges: change }) {
      return change.__typename === 'TaskChange' && change.task.id === taskId ? { task: change.task } : state;
    },
  });
  const isMissing = (!found.loading && found.data?.task === null) || (live.state !== null && live.state.task === null);
  return {
    task: live.state?.task ?? null,
    isMissing,
    problems: [...found.problems, ...(live.error?.problems ?? [])],
    reload: of ? live.reload : found.reload,
  };
}
