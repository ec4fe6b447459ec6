import { isActive, type Task } from '../task/task';
import type { WaitingFor } from '../task/waiting-for';
import type { Lwm2mStep } from './upgrade';

export type Lwm2mWaiting = Pick<Task, 'status' | 'notifiedAt' | 'reachable' | 'waitBy' | 'lwm2m'>;

interface OfStep {
  reason: WaitingFor;
  /** The device has to listen for it to go on: while it does not, that is what is waited for. */
  listens: boolean;
}

const STEPS: Readonly<Record<Lwm2mStep, OfStep>> = {
  VERSION: { reason: 'DEVICE_VERSION', listens: true },
  SIGNAL: { reason: 'DEVICE_SIGNAL', listens: true },
  CELL_SLOT: { reason: 'CELL_SLOT', listens: true },
  START: { reason: 'DOWNLOAD_START', listens: true },
  DOWNLOAD: { reason: 'DOWNLOAD', listens: true },
  EXECUTE: { reason: 'INSTALL_ORDER', listens: true },
  // It restarts in the middle of these, and registers when it is done.
  UPDATE: { reason: 'INSTALL_START', listens: false },
  RESULT: { reason: 'INSTALL_RESULT', listens: false },
  CHECK: { reason: 'TARGET_VERSION', listens: true },
  DEFERRED: { reason: 'DEVICE_USER', listens: false },
};

/** Asked, and its answer is awaited; or at work on what it was given. Null: the batch has not had its turn with it, or has to have it again. */
export function stepObstacle({ status, notifiedAt, reachable, waitBy, lwm2m }: Lwm2mWaiting): WaitingFor | null {
  if (!isActive(status) || lwm2m == null) return null;
  const { step } = lwm2m;
  const isAsked = waitBy != null && step !== 'CELL_SLOT';
  if (notifiedAt === null && !isAsked) return null;
  const { reason, listens } = STEPS[step];
  return listens && !reachable ? 'DEVICE_OFFLINE' : reason;
}

/** It waits for nothing but a slot of its cell, once its batch lets it. */
export const waitsForSlot = ({ notifiedAt, lwm2m }: Pick<Task, 'notifiedAt' | 'lwm2m'>): boolean =>
  notifiedAt === null && lwm2m?.step === 'CELL_SLOT';

/** A sleeping device goes on with the download that it has begun. */
export const fetchesAsleep = ({ lwm2m }: Pick<Task, 'lwm2m'>): boolean => lwm2m?.step === 'DOWNLOAD' && lwm2m.delivery === 'PULL';
