import { later } from './later';
import type { Task } from './task';
import type { TaskChange } from './task-change';
import type { Repeat } from './task-event';

const DAY_MS = 86_400_000;

type Notified = Pick<Task, 'notifiedAt' | 'renotifications' | 'cameBack'>;
type Counters = Pick<TaskChange['set'], 'renotifications' | 'cameBack' | 'repeats'>;

/**
 * R-TASK-11: what one more notification makes of the counters of its attempt. One that follows a reconnect or a restart counts. One that
 * the clock repeats does not, and the next waits longer. A device that has to ask for it decides itself how often it is told.
 */
export function counted(task: Notified & Pick<Task, 'repeats'>, asked: boolean): Counters {
  const { notifiedAt, renotifications = 0, cameBack, repeats = 0 } = task;
  if (notifiedAt === null) return {};
  if (asked) return cameBack ? { cameBack: false } : {};
  if (cameBack) return { cameBack: false, renotifications: renotifications + 1, ...(repeats > 0 && { repeats: 0 }) };
  return { repeats: repeats + 1 };
}

/** Whether the next notification would be one too many after the device's reconnects and restarts. */
export const isNotifiedTooOften = ({ notifiedAt, cameBack, renotifications = 0 }: Notified, maximum: number): boolean =>
  notifiedAt !== null && cameBack === true && renotifications >= maximum;

/** device-protocols §0.4.5: an unanswered notification is repeated at intervals that double, up to a day. */
export const dueAgainAt = ({ repeats = 0 }: Pick<Task, 'repeats'>, { repeatMs, longestMs = DAY_MS }: Repeat, now: Date): Date =>
  later(now, Math.max(repeatMs, Math.min(longestMs, repeatMs * 2 ** Math.min(repeats, 30))));

/** What begins anew with each attempt; what was never set stays absent. */
export function uncounted({ renotifications, cameBack, repeats, downloaded }: Task): Counters & Pick<TaskChange['set'], 'downloaded'> {
  return {
    ...(renotifications && { renotifications: 0 }),
    ...(cameBack && { cameBack: false }),
    ...(repeats && { repeats: 0 }),
    ...(downloaded && { downloaded: false }),
  };
}

/** Tasks of older versions have their last percentage only. */
export const hasDownloaded = ({ downloaded, progress }: Pick<Task, 'downloaded' | 'progress'>): boolean =>
  downloaded === true || progress === 100;

/**
 * R-BAT-13: a device with several modules restarts for each of them. What it had downloaded for this one and not installed is then no
 * failure: another of its upgrades is under way, or has ended since this one was last notified.
 */
export const hasRestartedForAnother = (task: Task, ofDevice: readonly Task[]): boolean =>
  ofDevice.some(
    ({ module, status, endedAt }) =>
      module !== task.module &&
      (status === 'IN_PROGRESS' || (status === 'SUCCEEDED' && endedAt !== null && task.notifiedAt !== null && endedAt >= task.notifiedAt)),
  );

/**
 * A parent that starts says the versions it knows for its children, which have not started. So over a connection of it that is
 * newer than the 100 %, the old version is no failure: once, and what comes twice before the next notification is the same. A device that
 * has booted back is notified again, and fails by what is said of it next, by its time-out, or by the limit of its notifications. `since`:
 * when the connection came that the device is reached over; null: its own.
 */
export const isSaidByParent = ({ cameBack, downloadedAt }: Pick<Task, 'cameBack' | 'downloadedAt'>, since: Date | null): boolean =>
  since !== null && (cameBack === true || (downloadedAt != null && since > downloadedAt));

/** What it has downloaded may be under installation; it is asked once more all the same. */
export const keepsDownload = ({ negotiation }: Task, now: Date): TaskChange['set'] => ({
  downloadedAt: now,
  ...(negotiation?.returned && { negotiation: { ...negotiation, returned: false } }),
});

/** It downloads once more. */
export const downloadsAnew = (task: Task): TaskChange['set'] => ({
  ...(hasDownloaded(task) && { downloaded: false, progress: null }),
  ...(task.negotiation?.returned && { negotiation: { ...task.negotiation, returned: false } }),
});
