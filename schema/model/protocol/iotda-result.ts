import { awaitsDevice } from '../task/device-exchange';
import type { FailureCause } from '../task/failure-causes';
import type { Task } from '../task/task';

/** An `upgrade_progress_report` of IoTDA (device-protocols §2.3), as it was read. */
export interface IotdaResult {
  code: number;
  /** 0–100. */
  progress: number | null;
  /** Null: it names none, as failures may. */
  version: string | null;
  text: string | null;
}

/** What of a task decides what a result means for it. */
export interface ResultOf extends Pick<Task, 'targetVersion' | 'sourceVersion'> {
  /** The file was asked for in this attempt. */
  opened: boolean;
  /** How often the device was notified in this attempt. */
  notifications: number;
  /** An earlier attempt, or an earlier task of the device, ended with the same code. Only asked where `mayBeStale`. */
  endedSoBefore: boolean;
}

/** What it means for a task. `atTarget`: the device says that it runs the target version. `stale`: it is of an earlier attempt. */
export type IotdaVerdict =
  | { kind: 'atTarget' }
  | { kind: 'progress'; percent: number | null }
  | { kind: 'failed'; cause: FailureCause }
  | { kind: 'stale' };

const CAUSES: Partial<Record<number, FailureCause>> = {
  1: 'DEVICE_IN_USE',
  2: 'POOR_SIGNAL_QUALITY',
  3: 'ALREADY_THE_LATEST_VERSION',
  4: 'LOW_BATTERY',
  5: 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE',
  6: 'DEVICE_DOWNLOAD_TIMEOUT',
  7: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
  8: 'UNSUPPORTED_PACKAGE_TYPE',
  9: 'OUT_OF_MEMORY_DURING_DOWNLOADING_PROCESS',
  10: 'PACKAGE_INSTALLATION_FAILURE',
  255: 'DEVICE_INTERNAL_EXCEPTION',
};

/** The cause of a result code (device-protocols §2.8). */
export const iotdaCause = (code: number): FailureCause => CAUSES[code] ?? 'UNKNOWN_DEVICE_ERROR';

/** Codes that come of a download: before one has begun they may be repeats. */
const AFTER_DOWNLOAD = [7, 9, 10];

/**
 * device-protocols §2.9: whether a failure may be an earlier attempt's, told once more. Once the device was notified again and says so
 * again it is not: a device that can't begin its download says the same each time.
 */
export const mayBeStale = (
  { code, version }: IotdaResult,
  { opened, targetVersion, notifications }: Omit<ResultOf, 'endedSoBefore'>,
): boolean => AFTER_DOWNLOAD.includes(code) && !opened && notifications <= 1 && version !== targetVersion;

/** device-protocols §2.4, row by row from the top: the first that fits decides. */
export function judgeIotdaResult(result: IotdaResult, about: ResultOf): IotdaVerdict {
  const { code, progress, version } = result;
  const { sourceVersion, targetVersion } = about;
  // Also with the target version: a C SDK names it in every failure.
  if (code !== 0 && code !== 3) {
    return mayBeStale(result, about) && about.endedSoBefore ? { kind: 'stale' } : { kind: 'failed', cause: iotdaCause(code) };
  }
  if (version === targetVersion) return { kind: 'atTarget' };
  if (code === 3) return { kind: 'failed', cause: iotdaCause(code) };
  // With the version it had, or none, 100 % means downloaded and not yet installed.
  const isThird = version !== null && sourceVersion !== null && version !== sourceVersion;
  if (progress === 100 && isThird) return { kind: 'failed', cause: 'UNEXPECTED_VERSION_REPORTED' };
  return { kind: 'progress', percent: progress };
}

/** Whether the version of a result is what the device runs, as far as it can say: not in failures, nor while it downloads. */
const namesItsVersion = ({ code, progress }: IotdaResult): boolean => code === 3 || (code === 0 && (progress === null || progress === 100));

type Candidate = Pick<Task, 'targetVersion' | 'sourceVersion' | 'status' | 'notifiedAt'>;

/**
 * Which of a device's unfinished tasks a result is about, since it names no module: the one whose target it says it runs, whether or not
 * the device was notified of it; else, of those that were, the one whose target or source it names; else the last that was.
 */
export function taskOfResult<T extends Candidate>(tasks: readonly T[], { code, version }: IotdaResult): T | null {
  const byLast = [...tasks].sort((one, other) => Number(other.notifiedAt) - Number(one.notifiedAt));
  const awaited = byLast.filter(awaitsDevice);
  const success = code === 0 || code === 3;
  return (
    awaited.find(({ targetVersion }) => targetVersion === version) ??
    (success ? byLast.find(({ targetVersion }) => targetVersion === version) : undefined) ??
    awaited.find(({ sourceVersion }) => version !== null && sourceVersion === version) ??
    awaited[0] ??
    null
  );
}

type Ended = Candidate & Pick<Task, 'module' | 'firstNotifiedAt'>;

/**
 * R-DEV-1: the module whose version a result names that no unfinished task awaits: of the device's latest tasks, newest first, the one
 * whose target or source it is. Another version is of the module they are all about; null when that can't be told.
 */
export function moduleOfResult(tasks: readonly Ended[], result: IotdaResult): string | null {
  const { code, version } = result;
  if (version === null || (code !== 0 && code !== 3)) return null;
  const notified = tasks.filter(({ firstNotifiedAt }) => firstNotifiedAt !== null);
  const led = notified.find(({ targetVersion }) => targetVersion === version);
  if (led) return led.module;
  if (!namesItsVersion(result)) return null;
  const had = notified.find(({ sourceVersion }) => sourceVersion === version);
  const modules = new Set(notified.map(({ module }) => module));
  return had?.module ?? (modules.size === 1 ? ([...modules][0] ?? null) : null);
}
