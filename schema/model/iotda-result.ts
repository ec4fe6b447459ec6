import type { FailureCause } from './failure-causes';

/** An `upgrade_progress_report` of IoTDA (device-protocols §2.3), as it was read. */
export interface IotdaResult {
  code: number;
  /** 0–100. */
  progress: number | null;
  version: string;
  text: string | null;
}

/** What it means for a task. `atTarget`: the device says that it runs the target version. */
export type IotdaVerdict = { kind: 'atTarget' } | { kind: 'progress'; percent: number | null } | { kind: 'failed'; cause: FailureCause };

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

/**
 * Read top down (device-protocols §2.4): a failure may name the target version, 100 % may name the old one, and only code 0 or 3 with
 * the target version says that the device runs it.
 */
export function judgeIotdaResult({ code, progress, version }: IotdaResult, targetVersion: string): IotdaVerdict {
  if (code !== 0 && code !== 3) return { kind: 'failed', cause: iotdaCause(code) };
  if (version === targetVersion) return { kind: 'atTarget' };
  return code === 3 ? { kind: 'failed', cause: iotdaCause(code) } : { kind: 'progress', percent: progress };
}

/** Results that only a device can have that began to download. */
const AFTER_DOWNLOAD = [7, 9, 10];

/** A repeat of an earlier attempt's result: it comes before the file was opened in this one (device-protocols §2.9). */
export const isStaleResult = ({ code, version }: IotdaResult, targetVersion: string, opened: boolean): boolean =>
  !opened && version !== targetVersion && AFTER_DOWNLOAD.includes(code);
