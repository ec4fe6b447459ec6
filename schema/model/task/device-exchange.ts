import { later } from './later';
import { begun, heard } from './platform-led';
import { counted, downloadsAnew, dueAgainAt, hasDownloaded, keepsDownload } from './repeated';
import type { Task } from './task';
import { moved, quiet, type TaskChange } from './task-change';
import type { Repeat, TaskEventOf } from './task-event';

/** After a reaction the notification is not repeated by the clock; a reconnect still repeats it (R-TASK-7). */
export function notified(task: Task, event: Repeat & { asked?: boolean }, now: Date): TaskChange | null {
  if (task.status === 'UNCONFIRMED') return null;
  const repeated = counted(task, event.asked === true);
  const set = {
    ...repeated,
    notifiedAt: now,
    firstNotifiedAt: task.firstNotifiedAt ?? now,
    notifications: task.notifications + 1,
    retryAt: null,
    ...(task.settledAt && { settledAt: null }),
    offerAt: task.reacted ? null : dueAgainAt({ ...task, ...repeated }, event, now),
    ...begun(task, now),
  };
  if (task.status === 'QUEUED') return moved(task, 'NOTIFIED', set, now);
  // The first one of an attempt that follows another: that is its begin.
  return task.notifiedAt === null ? moved(task, task.status, set, now) : quiet(set, now);
}

/** What comes late says how far the device was, and not what it is at: one that is back meanwhile is notified all the same. */
export function progress(task: Task, { percent, timeoutMs, late = false }: TaskEventOf<'progress'>, now: Date): TaskChange | null {
  if (!awaitsDevice(task)) return null;
  const firstProgressAt = task.firstProgressAt ?? now;
  const set = {
    progress: percent,
    reacted: true,
    ...(!late && heard(task)),
    ...((percent === 100 || hasDownloaded(task)) && !task.downloaded && { downloaded: true, downloadedAt: now }),
    firstProgressAt,
    deadlineAt: timeoutMs === null ? null : later(firstProgressAt, timeoutMs),
  };
  if (task.status === 'NOTIFIED') return moved(task, 'IN_PROGRESS', set, now);
  const isKnown = late || (task.negotiation ? task.negotiation.heard : task.offerAt === null);
  return task.progress === percent && task.reacted && isKnown ? null : quiet(set, now);
}

export function sourceReported(task: Task, { version, byParent }: TaskEventOf<'sourceReported'>, now: Date): TaskChange | null {
  const { sourceVersion } = task;
  // device-protocols §1.5 B: nothing was asked of it yet, so it is upgraded from whatever it has now.
  if (task.notifiedAt === null) return version === sourceVersion ? null : quiet({ sourceVersion: version }, now);
  if (sourceVersion !== null && version !== sourceVersion) return null;
  const set = byParent ? keepsDownload(task, now) : downloadsAnew(task);
  if (sourceVersion === null) set.sourceVersion = version;
  // A device in upgrade that reports its old version has restarted: it needs the notification once more (device-protocols §1.5 C).
  if (task.status === 'IN_PROGRESS' && task.reacted && task.offerAt === null) Object.assign(set, { offerAt: now, cameBack: true });
  return Object.keys(set).length > 0 ? quiet(set, now) : null;
}

/** The version it answers with is the one it is upgraded from, whatever was known before. */
export function answered(task: Task, { version, ...repeat }: TaskEventOf<'answered'>, now: Date): TaskChange | null {
  const change = task.negotiation?.queriedAt ? notified(task, repeat, now) : null;
  return change && { ...change, set: { ...change.set, sourceVersion: version } };
}

/** The device has reacted in another way than by progress. */
export function atWork(task: Task, set: TaskChange['set'] | null, now: Date): TaskChange | null {
  if (set === null || !awaitsDevice(task)) return null;
  return task.status === 'NOTIFIED' ? moved(task, 'IN_PROGRESS', set, now) : quiet(set, now);
}

export function versionRegressed(task: Task, event: TaskEventOf<'versionRegressed'>, now: Date): TaskChange | null {
  const { status, endedAt, targetVersion, transitions } = task;
  const isOnRecord = transitions.at(-1)?.from === 'SUCCEEDED';
  if (status !== 'SUCCEEDED' || endedAt === null || event.version === targetVersion || isOnRecord) return null;
  if (now.getTime() - endedAt.getTime() > event.withinMs) return null;
  return moved(task, status, {}, now, { cause: null, text: `version regressed: ${event.version}` });
}

/** True when this attempt's notification has left, so that a report can only be about it. */
export function awaitsDevice(task: Pick<Task, 'status' | 'notifiedAt'>): boolean {
  return (task.status === 'NOTIFIED' || task.status === 'IN_PROGRESS') && task.notifiedAt !== null;
}
