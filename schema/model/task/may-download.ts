import { isDelivering } from '../lwm2m/upgrade';
import type { Task } from './task';

/**
 * Why a device may not have a file: its task has ended (or the run of it that the address was given out in), the device is disabled or
 * deleted, what it is known by has changed since, or it was not notified yet.
 */
export type DownloadRefusal = 'ENDED' | 'DEVICE' | 'VOID' | 'NOT_YET';

export interface DownloadClaim {
  task: Pick<Task, 'active' | 'status' | 'attempt' | 'firstAttempt' | 'lwm2m'>;
  /** Null: it was deleted. */
  device: { enabled: boolean } | null;
  /** The attempt whose notification gave out the address; null where a stream is asked for by its id, which names none. */
  attempt: number | null;
  /** What the address was given out for, or the connection let in by, is what the device is known by now (R-SAFE-2). */
  isProven: boolean;
}

/**
 * R-DL-7: whether a device may have a file now, however it asks. Before its notification it may not, whatever holds that back: a schedule, a
 * pause, the rate, a confirmation. Once it was notified, a pause or a halt takes nothing away, and the address of an earlier attempt is good
 * until it expires (device-protocols §0.4.4). Null: it may.
 */
export function downloadRefusal({ task, device, attempt, isProven }: DownloadClaim): DownloadRefusal | null {
  if (!task.active || (attempt !== null && attempt < (task.firstAttempt ?? 1))) return 'ENDED';
  if (!device?.enabled) return 'DEVICE';
  if (!isProven) return 'VOID';
  const wasNotified = task.status === 'NOTIFIED' || task.status === 'IN_PROGRESS' || isOffered(task);
  return wasNotified && (attempt ?? task.attempt) <= task.attempt ? null : 'NOT_YET';
}

/** A device begins as soon as it has the address, which may be before the store knows that it has accepted it; a push reads before it sends. */
const isOffered = ({ lwm2m }: Pick<Task, 'lwm2m'>): boolean => lwm2m != null && isDelivering(lwm2m);
