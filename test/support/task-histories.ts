import fc from 'fast-check';
import { applied } from '../../core/tasks/store';
import { FAILURE_CAUSES, type FailureCause } from '../../schema/model/task/failure-causes';
import type { Task } from '../../schema/model/task/task';
import type { TaskEvent } from '../../schema/model/task/task-event';
import { nextState } from '../../schema/model/task/task-state';

const HOUR = 3_600_000;
export const AT = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));

export const notified: TaskEvent = { kind: 'notified', repeatMs: 600_000 };
export const succeeded: TaskEvent = { kind: 'succeeded' };
export const failing = (attempt = 1, cause: FailureCause = 'FIRMWARE_UPDATE_FAILED'): TaskEvent => ({
  ...{ kind: 'attemptFailed', attempt, cause, text: null },
  retryAt: AT(30),
});
export const failed = (attempt = 1, cause: FailureCause = 'FIRMWARE_UPDATE_FAILED'): TaskEvent => ({
  ...{ kind: 'attemptFailed', attempt, cause, text: null },
  retryAt: null,
});
export const over = (cause: FailureCause): TaskEvent => ({ kind: 'failed', cause, text: null });
export const backTo = (version: string): TaskEvent => ({ kind: 'versionRegressed', version, withinMs: HOUR });
export const reinitiated: TaskEvent = { kind: 'reinitiated', gatewayId: null };

/** The task after these events, a minute apart. */
export const after = (task: Task, ...events: TaskEvent[]): Task =>
  events.reduce((now, event, index) => {
    const change = nextState(now, event, AT(index + 1));
    return change ? applied({ task: now, change }) : now;
  }, task);

const causes = Object.keys(FAILURE_CAUSES) as FailureCause[];
const attempts = fc.record({ attempt: fc.integer({ min: 1, max: 4 }), cause: fc.constantFrom(...causes), again: fc.boolean() });
const anEvent = fc.oneof(
  fc.constant(notified),
  fc.constantFrom<TaskEvent>(succeeded, backTo('1.0.0'), backTo('3.0.0'), reinitiated, { kind: 'overridden' }),
  attempts.map(({ attempt, cause, again }) => (again ? failing(attempt, cause) : failed(attempt, cause))),
  fc.constantFrom(...causes).map(over),
);
/** What may happen to a task in its life. */
export const events = fc.array(anEvent, { maxLength: 12 });
