import type { Task } from '../../schema/model/task/task';
import type { Repeat } from '../../schema/model/task/task-event';
import type { TaskDeps } from '../tasks/deps';
import { transition } from '../tasks/transition';
import { upgradeInput } from '../tasks/upgrade-input';

const LONGEST_MINUTES = 24 * 60;

/** When an unanswered notification is repeated (device-protocols §0.4.5). */
export const repeatOf = ({ settings: { reofferMinutes, minuteMs } }: Pick<TaskDeps, 'settings'>): Repeat => ({
  repeatMs: reofferMinutes * minuteMs,
  longestMs: Math.max(reofferMinutes, LONGEST_MINUTES) * minuteMs,
});

/**
 * R-TASK-11: ends an attempt whose device has come back once too often. The engine first: once the store says that nothing is due, a
 * repeat would not come here. Until the upgrade has decided, nothing is pushed.
 */
export async function endNotifying(deps: TaskDeps, task: Task): Promise<void> {
  const { attempt, renotifications = 0 } = task;
  const text = `Notified again ${renotifications} times after a reconnect or a restart.`;
  const input = await upgradeInput(deps, task);
  await deps.engine.report(input, { kind: 'failed', attempt, cause: 'NOTIFICATION_LIMIT', text });
  await transition(deps.tasks, task, { kind: 'heldBack', attempt, ...repeatOf(deps) }, deps.clock());
}
