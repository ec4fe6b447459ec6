import type { FailureCause } from '../task/failure-causes';
import { type FirmwareSeen, failureRead, type Looked, resultOf, STATE, stateOf, type Unanswered, valueRead } from './reading';
import { causeOfResult, RESULT } from './results';
import type { Lwm2mStep, Lwm2mUpgrade } from './upgrade';

/** What follows from a look at a device that has accepted a package in this attempt. */
export type AfterVerdict =
  | { kind: 'succeeded' }
  | { kind: 'unexpected'; version: string }
  | { kind: 'failed'; cause: FailureCause; text: string | null }
  | { kind: 'unanswered'; why: Unanswered }
  /** It is at work, or is to be waited for. `executed`: it installs, or was told to. */
  | { kind: 'goesOn'; step: Lwm2mStep; executed?: true }
  /** It has the file, and waits for the order to install it. */
  | { kind: 'execute'; step: Lwm2mStep }
  /** It has nothing any more. */
  | { kind: 'lost' }
  /** A push has ended in its middle: what the device has of it goes first. */
  | { kind: 'interrupted' };

export interface UnderWay {
  targetVersion: string;
  sourceVersion: string | null;
  lwm2m: Lwm2mUpgrade;
  /** It has registered anew just now: it may have restarted. */
  registered: boolean;
  minuteMs: number;
}

/** A device that was told to install, and is as before, has not begun yet: so long, in minutes. */
const BEGINS_WITHIN_MINUTES = 5;
/** And is told again after so long. */
const TOLD_AGAIN_MINUTES = 1;

/** device-protocols §3.5-C, D and F. */
export function judgeAfter(task: UnderWay, { version: read, firmware: seen }: Looked, now: Date): AfterVerdict {
  const version = valueRead(read)?.trim() ?? null;
  if (version === task.targetVersion) return { kind: 'succeeded' };
  if (version !== null && task.sourceVersion !== null && version !== task.sourceVersion) return { kind: 'unexpected', version };
  const { lwm2m } = task;
  const firmware = valueRead(seen);
  const state = stateOf(firmware?.state);
  const silent = failureRead(seen) ?? (state === null || state === STATE.IDLE ? failureRead(read) : null);
  if (silent !== null) return { kind: 'unanswered', why: silent };
  switch (state) {
    case STATE.DOWNLOADING:
      return isHalfPushed(lwm2m) ? { kind: 'interrupted' } : { kind: 'goesOn', step: 'DOWNLOAD' };
    case STATE.DOWNLOADED:
      return judgeDownloaded(task, firmware as FirmwareSeen, now);
    case STATE.UPDATING:
      return { kind: 'goesOn', step: 'RESULT', executed: true };
    case STATE.IDLE:
      return judgeIdle(task, version, resultOf(firmware?.result), now);
    default:
      return { kind: 'goesOn', step: lwm2m.step };
  }
}

/** A look while nobody pushes. */
const isHalfPushed = ({ delivery, step, pushedAt }: Lwm2mUpgrade): boolean =>
  delivery === 'PUSH' && pushedAt === null && (step === 'START' || step === 'DOWNLOAD');

/** An earlier update's result stays until a download begins, and with some devices longer (§3.4). */
const isStale = ({ resultBefore }: Lwm2mUpgrade, result: number | null): boolean => result === null || result === resultBefore;

/** A failure of before may still be there. As long as it is, only what is read tells whether the device has begun: what is told may come late. */
export const mayFailByOldResult = ({ resultBefore }: Pick<Lwm2mUpgrade, 'resultBefore'>): boolean =>
  resultBefore !== null && causeOfResult(resultBefore) !== null;

function judgeDownloaded({ lwm2m, registered, minuteMs }: UnderWay, { result: raw, automatic }: FirmwareSeen, now: Date): AfterVerdict {
  const { executedAt, step } = lwm2m;
  const result = resultOf(raw);
  if (result === RESULT.DEFERRED && !isStale(lwm2m, result)) return { kind: 'goesOn', step: 'DEFERRED' };
  if (executedAt === null) return automatic ? { kind: 'goesOn', step: 'UPDATE', executed: true } : { kind: 'execute', step: 'EXECUTE' };
  const cause = result === null || isStale(lwm2m, result) ? null : causeOfResult(result);
  if (cause !== null) return { kind: 'failed', cause, text: `result ${result}` };
  const isLate = registered || now.getTime() - executedAt.getTime() > TOLD_AGAIN_MINUTES * minuteMs;
  return isLate && !automatic && step !== 'DEFERRED' ? { kind: 'execute', step } : { kind: 'goesOn', step };
}

function judgeIdle({ lwm2m, registered, minuteMs }: UnderWay, version: string | null, result: number | null, now: Date): AfterVerdict {
  const { step, state, executedAt } = lwm2m;
  // Whoever began to push anew has cancelled what was there.
  const isOurs = result === RESULT.CANCELLED && isHalfPushed(lwm2m);
  const isNews = result !== null && !isStale(lwm2m, result) && !isOurs;
  const cause = isNews ? causeOfResult(result) : null;
  if (cause !== null) return { kind: 'failed', cause, text: `result ${result}` };
  if (step === 'CHECK' || (isNews && result === RESULT.SUCCESS)) return { kind: 'goesOn', step: 'CHECK' };
  if (version === null) return { kind: 'goesOn', step };
  if (executedAt !== null) {
    const begins = !registered && now.getTime() - executedAt.getTime() < BEGINS_WITHIN_MINUTES * minuteMs;
    return begins ? { kind: 'goesOn', step } : { kind: 'lost' };
  }
  const hasBegun = step !== 'START' || (state !== null && state !== STATE.IDLE) || lwm2m.delivery === 'PUSH';
  return hasBegun || registered ? { kind: 'lost' } : { kind: 'goesOn', step };
}

/** R-FLOW-3: how often a package is delivered in one attempt to a device that loses it. */
export const MOST_DELIVERIES = 3;

/** Of what an attempt has failed whose device loses the package again and again. */
export function causeOfLoss({ step }: Pick<Lwm2mUpgrade, 'step'>): FailureCause {
  if (step === 'START') return 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT';
  return step === 'DOWNLOAD' || step === 'EXECUTE' ? 'CONNECTION_LOST_DURING_DOWNLOADING_PROCESS' : 'FIRMWARE_UPDATE_FAILED';
}

/**
 * What a result is worth that comes with a refused request. Two results are about addresses, and with a refused one they are about this
 * one, even where an earlier update has ended with the same (device-protocols §3.5-A 5).
 */
export function causeOfRefusal(lwm2m: Lwm2mUpgrade, result: number | null, what: 'ADDRESS' | 'OTHER' = 'OTHER'): FailureCause {
  const known = resultOf(result);
  if (what === 'ADDRESS' && (known === RESULT.UNSUPPORTED_PROTOCOL || known === RESULT.INVALID_URI))
    return causeOfResult(known) ?? 'DEVICE_REJECTED_REQUEST';
  return (known !== null && !isStale(lwm2m, known) && causeOfResult(known)) || 'DEVICE_REJECTED_REQUEST';
}

/** The earlier update's result, as far as it may still be there once the device was seen so; null: what it says from now on is about this one. */
export function resultBeforeAfter({ resultBefore }: Lwm2mUpgrade, state: number | null, result: number | null): number | null {
  if (result !== null) return result === resultBefore ? resultBefore : null;
  return state === STATE.DOWNLOADING || state === STATE.UPDATING ? null : resultBefore;
}
