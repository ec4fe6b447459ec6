import type { FailureCause } from '../task/failure-causes';

/** Update Result (LwM2M 1.2 core, E.6, `/5/x/5`), as far as rules ask for one by name. */
export const RESULT = { NONE: 0, SUCCESS: 1, INVALID_URI: 7, UNSUPPORTED_PROTOCOL: 9, CANCELLED: 10, DEFERRED: 11 } as const;

/** device-protocols §3.10 */
const CAUSES: Readonly<Record<number, FailureCause>> = {
  2: 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE',
  3: 'OUT_OF_MEMORY_DURING_DOWNLOADING_PROCESS',
  4: 'CONNECTION_LOST_DURING_DOWNLOADING_PROCESS',
  5: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
  6: 'UNSUPPORTED_PACKAGE_TYPE',
  7: 'INVALID_URI',
  8: 'FIRMWARE_UPDATE_FAILED',
  9: 'UNSUPPORTED_PROTOCOL',
  10: 'FIRMWARE_UPDATE_CANCELLED',
};

/** Of what a result says that an upgrade has failed. Null: it says no such thing. */
export function causeOfResult(result: number): FailureCause | null {
  if (result === RESULT.NONE || result === RESULT.SUCCESS || result === RESULT.DEFERRED) return null;
  return CAUSES[result] ?? 'UNKNOWN_DEVICE_ERROR';
}
