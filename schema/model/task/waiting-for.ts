import type { BatchStatus } from '../batch/batch';
import { fetchesAsleep, stepObstacle, waitsForSlot } from '../lwm2m/obstacle';
import { deferredUntil } from './deferral';
import { isActive, type Task } from './task';

/** What a task that has not ended waits for, with the sentence a user interface shows. */
export const WAITING_FOR = {
  CONFIRMATION: 'Someone has to confirm the task.',
  CONFIRMATION_DEFERRED: 'Whom the task asks for confirmation has deferred it: it asks again from `waitsUntil` on.',
  SCHEDULED: 'The batch has not started yet; `batch.schedule` says when it does.',
  BATCH_PAUSED: 'The batch is paused: no notification leaves until it is resumed.',
  BATCH_HALTED: 'The batch has halted because too many devices failed: no notification leaves until it is resumed.',
  RETRY: 'The last attempt failed; the next one begins at `retryAt`.',
  DEVICE_OFFLINE: 'The device is off-line. It is notified when it connects again.',
  DEVICE_ASLEEP:
    'The device is registered and asleep. It is asked as soon as it is heard again: with its next Update, or whatever it sends.',
  DEVICE_DISABLED: 'The device is disabled: its connection is refused until it is enabled again.',
  CONNECTION_UNSTABLE:
    'The device connects again and again, perhaps because another one has its identity: `device.connectionStreak` counts. Its notification leaves when a connection lasts.',
  PUSH_RATE: 'The device is on-line; its notification leaves when the push rate allows.',
  DEVICE_REQUEST: 'The batch pushes nothing: the device has to ask for its upgrade; an LwM2M device does so by registering.',
  DEVICE_VERSION: 'The device was asked for its version and has not answered yet.',
  DEVICE_SIGNAL: 'The device was asked for its radio cell and signal and has not answered yet.',
  CELL_SLOT:
    'In its radio cell as many devices download as may at once, at its coverage level. It has its turn when one of them has ended; `cells` shows them.',
  DEVICE_REACTION: 'The device was notified and has not reacted yet.',
  DOWNLOAD_START: 'The device was given the address of the package, or its first block, and has not begun. Can it reach that address?',
  DOWNLOAD: 'The device downloads the package, or is being sent it; `download` says how far it is.',
  INSTALL_ORDER: 'The device has the package, and is being told to install it.',
  INSTALL_START: 'The device was told to install the package and has not begun to.',
  INSTALL_RESULT: 'The device installs the package; once it has registered anew, it is asked for the result.',
  DEVICE_USER: 'The device defers the installation until its user agrees, `waitsUntil` at the latest.',
  TARGET_VERSION: 'The device has reacted; the task ends when it reports the target version.',
} as const;

export type WaitingFor = keyof typeof WAITING_FOR;

type Waiting = Pick<
  Task,
  'status' | 'notifiedAt' | 'reacted' | 'reachable' | 'retryAt' | 'offerAt' | 'negotiation' | 'waitBy' | 'lwm2m' | 'deferral'
>;

/** What its device's document says more than the task. */
interface OfDevice {
  enabled?: boolean;
  unstable?: boolean;
  /** It is registered, and does not listen at present. */
  asleep?: boolean;
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
  { enabled = true, unstable = false, asleep = false }: OfDevice = {},
): WaitingFor | null {
  const reason = obstacle(task, batchStatus, now, proactivePush);
  if (!dependsOnDevice(reason)) return reason;
  if (reason === 'DEVICE_OFFLINE') {
    if (!enabled) return 'DEVICE_DISABLED';
    if (asleep) return fetchesAsleep(task) ? 'DOWNLOAD' : 'DEVICE_ASLEEP';
  }
  return unstable ? 'CONNECTION_UNSTABLE' : reason;
}

function obstacle(task: Waiting, batchStatus: BatchStatus, now: Date, proactivePush: boolean): WaitingFor | null {
  if (!isActive(task.status)) return null;
  if (task.status === 'UNCONFIRMED') return deferredUntil(task, now) ? 'CONFIRMATION_DEFERRED' : 'CONFIRMATION';
  const ofStep = stepObstacle(task);
  if (ofStep !== null) return ofStep;
  if (task.notifiedAt === null && task.negotiation?.queriedAt && !waitsForSlot(task)) return 'DEVICE_VERSION';
  if (!wantsNotification(task, now)) {
    if (!task.reachable) return 'DEVICE_OFFLINE';
    return task.reacted ? 'TARGET_VERSION' : 'DEVICE_REACTION';
  }
  if (batchStatus === 'SCHEDULED') return 'SCHEDULED';
  if (batchStatus === 'PAUSED') return 'BATCH_PAUSED';
  if (batchStatus === 'HALTED') return 'BATCH_HALTED';
  if (task.retryAt !== null && task.retryAt > now) return 'RETRY';
  if (waitsForSlot(task)) return task.reachable ? 'CELL_SLOT' : 'DEVICE_OFFLINE';
  if (!proactivePush) return 'DEVICE_REQUEST';
  return task.reachable ? 'PUSH_RATE' : 'DEVICE_OFFLINE';
}

/** Not notified in this attempt yet, or it restarted in the middle of it and must hear the notification once more. */
function wantsNotification(task: Waiting, now: Date): boolean {
  if (task.notifiedAt === null) return true;
  return task.reacted && task.reachable && task.offerAt !== null && task.offerAt <= now;
}
