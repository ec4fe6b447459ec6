import { platform } from '../../../app/platform';
import {
  FollowVerificationDocument,
  FollowVerificationTasksDocument,
  ShowVerificationDocument,
  type VerificationTaskFragment,
} from '../../../generated/pages/packages/documents';
import { useLive } from '../../../live/use-live';

/** One verification as it goes: its status by one subscription, its few devices by another. */
export function useVerification(batchId: string) {
  const load = () => platform.query(ShowVerificationDocument, { id: batchId });
  const status = useLive({
    key: `verification ${batchId}`,
    load,
    subscription: FollowVerificationDocument,
    variables: { batchId },
    all: ({ batch }) => batch?.status ?? null,
    event: (state, { batchProgress: event }) => (event.__typename === 'BatchProgress' ? event.batch.status : state),
  });
  const tasks = useLive({
    key: `verification ${batchId} tasks`,
    load,
    subscription: FollowVerificationTasksDocument,
    variables: { filter: { batchId } },
    all: ({ batch }): readonly VerificationTaskFragment[] => (batch?.tasks.edges ?? []).map(({ node }) => node),
    event: (state, { taskChanges: event }) => (event.__typename === 'TaskChange' ? withTask(state, event.task) : state),
  });
  return status.state && tasks.state ? { status: status.state, tasks: tasks.state } : null;
}

function withTask(tasks: readonly VerificationTaskFragment[], changed: VerificationTaskFragment): readonly VerificationTaskFragment[] {
  return tasks.some(({ id }) => id === changed.id) ? tasks.map((task) => (task.id === changed.id ? changed : task)) : [...tasks, changed];
}
