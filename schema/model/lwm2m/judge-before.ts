import type { FailureCause } from '../task/failure-causes';
import { type FirmwareSeen, failureRead, type Looked, type Reading, STATE, stateOf, type Unanswered, valueRead } from './reading';

/** What follows from a look at a device that has accepted nothing in this attempt. */
export type BeforeVerdict =
  | { kind: 'succeeded' }
  | { kind: 'unanswered'; why: Unanswered; step: 'VERSION' | 'SIGNAL' }
  | { kind: 'failed'; cause: FailureCause; text: string }
  /** Something of an earlier update, or of another server's, is there. */
  | { kind: 'reset' }
  | { kind: 'ready'; firmware: FirmwareSeen };

/** device-protocols §3.5-A and E. `resets`: how many there were in this conversation. */
export function judgeBefore(targetVersion: string, { version, firmware, signal }: Looked, resets: number): BeforeVerdict {
  if (valueRead(version)?.trim() === targetVersion) return { kind: 'succeeded' };
  const silent = failureRead(version) ?? failureRead(firmware);
  if (silent !== null) return { kind: 'unanswered', why: silent, step: 'VERSION' };
  if (!isThere(version))
    return failed('WAITING_FOR_REPORT_DEVICE_FIRMWARE_VERSION_TIMEOUT', `The firmware version, /3/0/3, can't be read${codeOf(version)}.`);
  if (!isThere(firmware)) return failed('DEVICE_REJECTED_REQUEST', `The firmware update object, /5/0, can't be read${codeOf(firmware)}.`);
  if (stateOf(firmware.value.state) !== STATE.IDLE) {
    const { state } = firmware.value;
    return resets > 0 ? failed('DEVICE_REJECTED_REQUEST', `Its state stays ${state ?? 'unreadable'} after a reset.`) : { kind: 'reset' };
  }
  const mute = failureRead(signal);
  return mute === null ? { kind: 'ready', firmware: firmware.value } : { kind: 'unanswered', why: mute, step: 'SIGNAL' };
}

const failed = (cause: FailureCause, text: string): BeforeVerdict => ({ kind: 'failed', cause, text });
const isThere = <T>(reading: Reading<T> | null): reading is { value: T } => reading !== null && 'value' in reading;
const codeOf = (reading: Reading<unknown> | null): string =>
  reading !== null && 'missing' in reading ? `: ${reading.code ?? reading.missing}` : '';
