import { EVIDENCE } from './evidence';
import type { FailureCause } from './failure-causes';
import type { Task, TaskOutcome } from './task';
import type { TaskChange } from './task-change';
import type { TaskEvent } from './task-event';

type Outcome = Pick<Task, 'outcome' | 'judgedAt'>;
const NONE: Outcome = { outcome: null, judgedAt: null };

/**
 * R-BAT-24: adds to a change what it makes of the device's outcome. A device has one outcome, that of its last attempt that said something
 * about the package, also while the next attempt waits or runs; `judgedAt` is when it said so.
 */
export function withOutcome(task: Task, event: TaskEvent, change: TaskChange, now: Date): TaskChange {
  const outcome = outcomeAfter(task, event, change, now);
  return outcome === null ? change : { ...change, set: { ...change.set, ...outcome } };
}

function outcomeAfter(task: Task, event: TaskEvent, { set, attemptLog }: TaskChange, now: Date): Outcome | null {
  if (event.kind === 'versionRegressed') return wentBack(task, event.version) ? { outcome: 'REGRESSED', judgedAt: now } : null;
  switch (set.status) {
    case 'SUCCEEDED':
      // Without a notification there was no attempt: the device came to the version by other means.
      return task.firstNotifiedAt === null ? none(task) : { outcome: 'SUCCEEDED', judgedAt: now };
    case 'FAILED':
      return failed(task, 'FAILED', set.cause ?? null, now);
    case 'CANCELED':
      return none(task);
  }
  // Begun again by an operator, or matched again.
  if (set.active === true) return none(task);
  return attemptLog === null ? null : failed(task, 'FAILING', attemptLog.cause, now);
}

const none = ({ outcome }: Task): Outcome | null => (outcome ? NONE : null);

function failed(task: Task, outcome: TaskOutcome, cause: FailureCause | null, now: Date): Outcome {
  const evidence = cause === null ? 'SILENT' : EVIDENCE[cause];
  if (evidence === 'LIFTED') return { outcome, judgedAt: null };
  const isSilent = evidence === 'SILENT' || task.notifiedAt === null;
  return { outcome, judgedAt: isSilent ? (task.judgedAt ?? null) : now };
}

/** To the version it was upgraded from. Of one that had reported none before, any other version is that. */
const wentBack = ({ outcome, sourceVersion }: Task, version: string): boolean =>
  outcome === 'SUCCEEDED' && (sourceVersion === null || sourceVersion === version);
