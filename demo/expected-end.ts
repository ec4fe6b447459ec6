import type { Dialect } from '../schema/model/protocol/dialect';
import type { Behaviour, FailureStep, Times } from '../test/support/devices/behaviours';

/** How a task ends. `cause` is null for a success. */
export interface TaskEnd {
  status: 'SUCCEEDED' | 'FAILED';
  cause: string | null;
}

const SUCCESS: TaskEnd = { status: 'SUCCEEDED', cause: null };
const TIMED_OUT: TaskEnd = { status: 'FAILED', cause: 'DEVICE_UPGRADE_TIMEOUT' };

/** From the documents (device-protocols §1.8), not from the platform, which is what is checked with it. */
const STEP_CAUSES: Record<FailureStep, string> = {
  [-1]: 'FIRMWARE_UPDATE_FAILED',
  [-2]: 'DOWNLOAD_FAILED',
  [-3]: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
  [-4]: 'PACKAGE_INSTALLATION_FAILURE',
};

/** What devices say by numbers: IoTDA's codes (device-protocols §2.8), results of object 5 (§3.10); those that a demo uses. */
const CODE_CAUSES: Record<Dialect, Partial<Record<number, string>>> = {
  LINK: {},
  IOTDA: {
    1: 'DEVICE_IN_USE',
    4: 'LOW_BATTERY',
    5: 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE',
    10: 'PACKAGE_INSTALLATION_FAILURE',
  },
  LWM2M: {
    2: 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE',
    4: 'CONNECTION_LOST_DURING_DOWNLOADING_PROCESS',
    6: 'UNSUPPORTED_PACKAGE_TYPE',
    8: 'FIRMWARE_UPDATE_FAILED',
  },
};

/** What a device says itself that has started its old version again. Null: nothing, and it is notified again. */
const BOOTED_BACK: Record<Dialect, string | null> = { LINK: null, IOTDA: null, LWM2M: 'FIRMWARE_UPDATE_FAILED' };

/**
 * How the task of a device that behaves so ends under a policy with `maxRetries` and a time-out.
 * Null: not at all, as long as nobody cancels it. A task that makes no progress has no time-out either.
 */
export function expectedEnd(behaviour: Behaviour | null, maxRetries: number, dialect: Dialect): TaskEnd | null {
  const causeOf = (code: number): string => CODE_CAUSES[dialect][code] ?? 'UNKNOWN_DEVICE_ERROR';
  const bootedBack = BOOTED_BACK[dialect];
  switch (behaviour?.kind) {
    case 'silent':
      return null;
    case 'failsWith':
      return afterRetries(behaviour.times, maxRetries, STEP_CAUSES[behaviour.step]);
    case 'resultCode':
      return afterRetries(behaviour.times, maxRetries, causeOf(behaviour.code));
    case 'ends':
      return afterRetries(behaviour.times, maxRetries, causeOf(behaviour.result));
    case 'corruptDownload':
      return afterRetries(behaviour.times, maxRetries, STEP_CAUSES[-3]);
    case 'wrongVersion':
      return afterRetries(behaviour.times, maxRetries, 'UNEXPECTED_VERSION_REPORTED');
    // These cost no attempt: the notification comes again after each restart, until the time-out.
    case 'staysOnSourceVersion':
      if (bootedBack) return afterRetries(behaviour.times, maxRetries, bootedBack);
      return behaviour.times === 'always' ? TIMED_OUT : SUCCESS;
    case 'disconnectsAt':
      if (behaviour.times !== 'always') return SUCCESS;
      return behaviour.point === 'notified' ? null : TIMED_OUT;
    case 'stallsAt':
    case 'neverReportsVersion':
      return TIMED_OUT;
    default:
      return SUCCESS;
  }
}

function afterRetries(times: Times, maxRetries: number, cause: string): TaskEnd {
  return times === 'always' || times > maxRetries ? { status: 'FAILED', cause } : SUCCESS;
}
