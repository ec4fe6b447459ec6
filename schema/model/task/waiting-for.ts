import type { BatchStatus } from '../batch/batch';
import { isActive, type Task } from './task';

/** What a task that has not ended waits for, with the sentence a user interface shows. */
export const WAITING_FOR = {
  CONFIRMATION: 'Someone has to confirm the task.',
  SCHEDULED: 'The batch has not started yet; `batch.schedule` says when it does.',
  BATCH_PAUSED: 'The batch is paused: no notification leaves until it is resumed.',
  BATCH_HALTED: 'The batch has halted because too many devices failed: no notification leaves until it is resumed.',
  RETRY: 'The last attempt failed; the next one begins at `retryAt`.',
  DEVICE_OFFLINE: 'The device is off-line. It is notified when it connects again.',
  DEVICE_DISABLED: 'The device is disabled: its connection is refused until it is enabled again.',
  CONNECTION_UNSTABLE:
    'The device connects again and again, perhaps because another one has its identity: `device.connectionStreak` counts. Its notification leaves when a connection lasts.',
  PUSH_RATE: 'The device is on-line; its notification leaves when the push rate allows.',
  DEVICE_REQUEST: 'The batch pushes nothing: the device has to ask for its upgrade.',
  DEVICE_VERSION: 'The device was asked for its version and has not answered yet.',
  DEVICE_REACTION: 'The device was notified and has not reacted yet.',
  TARGET_VERSION: 'The device has reacted; the task ends when it reports the target version.',
} as const;

export type WaitingFor = keyof typeof WAITING_FOR;

type Waiting = Pick<Task, 'status' | 'notifiedAt' | 'reacted' | 'reachable' | 'retryAt' | 'offerAt' | 'negotiation'>;

/** What its device's document says more than the task. */
interface OfDevice {
  enabled?: boolean;
  unstable?: boolean;
}

/** The device's document may say more of why. */
export const dependsOnDevice = (reason: WaitingFor | null): boolean => reason === 'DEVICE_OFFLINE' || reason === 'PUSH_RATE';

/**
 * The first obstacle on a task's way, or null once it has ended. Total: a task that is active always has a reason.
 * A pause holds back notifications only, so it is no reason for a device that works on the one it has.
 */
export function waitingFor(
  task: Waiting,
  batchStatus: BatchStatus,
  now: Date,
  proactivePush = true,
  { enabled = true, unstable = false }: OfDevice = {},
): WaitingFor | null {
  const reason = obstacle(task, batchStatus, now, proactivePush);
  if (!dependsOnDevice(reason)) return reason;
  if (reason === 'DEVICE_OFFLINE' && !enabled) return 'DEVICE_DISABLED';
  return unstable ? 'CONNECTION_UNSTABLE' : reason;
}

function obstacle(task: Waiting, batchStatus: BatchStatus, now: Date, proactivePush: boolean): WaitingFor | null {
  if (!isActive(task.status)) return null;
  if (task.status === 'UNCONFIRMED') return 'CONFIRMATION';
  if (task.notifiedAt === null && task.negotiation?.queriedAt) return 'DEVICE_VERSION';
  if (!wantsNotification(task, now)) {
    if (!task.reachable) return 'DEVICE_OFFLINE';
    return task.reacted ? 'TARGET_VERSION' : 'DEVICE_REACTION';
  }
  if (batchStatus === 'SCHEDULED') return 'SCHEDULED';
  if (batchStatus === 'PAUSED') return 'BATCH_PAUSED';
  if (batchStatus === 'HALTED') return 'BATCH_HALTED';
  if (task.retryAt !== null && task.retryAt > now) return 'RETRY';
  if (!proactivePush) return 'DEVICE_REQUEST';
  return task.reachable ? 'PUSH_RATE' : 'DEVICE_OFFLINE';
}

/** Not notified in this attempt yet, or it restarted in the middle of it and must hear the notification once more. */
function wantsNotification(task: Waiting, now: Date): boolean {
  if (task.notifiedAt === null) return true;
  return task.reacted && task.reachable && task.offerAt !== null && task.offerAt <= now;
}
