import { PLATFORM_LED, type PlatformLedDialect, platformLedDialect, type Speaking } from '../protocol/dialect';
import type { FailureCause } from './failure-causes';
import type { Negotiation, Task } from './task';

export type { Negotiation } from './task';

/** R-FLOW-2: how long each step of a platform-led upgrade may take, in minutes of a policy. */
export interface FlowWaits {
  /** From the task's turn until its device is on-line. */
  onlineMinutes: number;
  /** From the version query to its answer. */
  versionMinutes: number;
  /** From the first notification of an attempt to its result, the download included. */
  resultMinutes: number;
  /** From a result that says the target version to the version that confirms it, where the product wants that. */
  confirmMinutes: number;
}

export type WaitsByDialect = Readonly<Record<PlatformLedDialect, FlowWaits>>;

export const DEFAULT_WAITS: WaitsByDialect = {
  /** 25 h, 3 min, 24 h (device-protocols §2.7), 30 min (§2.4). */
  IOTDA: { onlineMinutes: 25 * 60, versionMinutes: 3, resultMinutes: 24 * 60, confirmMinutes: 30 },
};

/** Null: the device leads, and its upgrades have no such waits. */
export function waitsOf(waits: WaitsByDialect, task: Speaking): FlowWaits | null {
  const dialect = platformLedDialect(task);
  return dialect && waits[dialect];
}

export type MsByDialect = Readonly<Record<PlatformLedDialect, number>>;

/** How long tasks wait for their devices to come on-line, in milliseconds. */
export const onlineMsOf = (waits: WaitsByDialect, minuteMs: number): MsByDialect =>
  Object.fromEntries(PLATFORM_LED.map((dialect) => [dialect, waits[dialect].onlineMinutes * minuteMs])) as MsByDialect;

/** What an attempt has failed of whose wait is over. */
interface WaitCauses {
  online: FailureCause;
  version: FailureCause;
  /** For the beginning of the download, for its end, and for the result after it. */
  start: FailureCause;
  download: FailureCause;
  result: FailureCause;
  confirm: FailureCause;
}

const WAIT_CAUSES: Record<PlatformLedDialect, WaitCauses> = {
  /** device-protocols §2.7 */
  IOTDA: {
    online: 'WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT',
    version: 'WAITING_FOR_REPORT_DEVICE_FIRMWARE_VERSION_TIMEOUT',
    start: 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT',
    download: 'WAITING_FOR_DEVICE_DOWNLOADED_PACKAGE_TIMEOUT',
    result: 'WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT',
    confirm: 'UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT',
  },
};

/** Null: the device leads. */
export function waitCausesOf(task: Speaking): WaitCauses | null {
  const dialect = platformLedDialect(task);
  return dialect && WAIT_CAUSES[dialect];
}

export const newNegotiation = (onlineMs: number, servedBefore = 0): Negotiation => ({
  onlineMs,
  queriedAt: null,
  begunAt: null,
  openedAt: null,
  heard: false,
  servedBefore,
});

type Negotiating = Pick<Task, 'negotiation'>;
type Downloading = Negotiating & Pick<Task, 'dialect' | 'reacted' | 'progress' | 'download'>;

/** True while a platform-led upgrade is more than a document: its device was asked or notified in this attempt. */
export const isNegotiating = ({ negotiation }: Negotiating): boolean =>
  negotiation != null && (negotiation.queriedAt !== null || negotiation.begunAt !== null);

/** Milliseconds of the waits that a running upgrade has. */
export interface WaitMs {
  versionMs: number;
  resultMs: number;
  confirmMs: number;
}

/** When the present wait is over, or null when the task waits as a document. A repeated query during the download ends nothing. */
export function waitEndsAt({ negotiation }: Negotiating, { versionMs, resultMs, confirmMs }: WaitMs): Date | null {
  if (negotiation == null) return null;
  const { queriedAt, begunAt, confirmingAt } = negotiation;
  if (confirmingAt) return new Date(confirmingAt.getTime() + confirmMs);
  if (begunAt !== null) return new Date(begunAt.getTime() + resultMs);
  return queriedAt === null ? null : new Date(queriedAt.getTime() + versionMs);
}

/** R-TASK-10: what the wait that is over was for. `fileBytes`: of the package's file. Null: the device leads. */
export function overdueCause(task: Downloading, fileBytes: number): FailureCause | null {
  const causes = waitCausesOf(task);
  if (causes === null) return null;
  const { negotiation, reacted, progress, download } = task;
  if (negotiation == null || negotiation.begunAt === null) return causes.version;
  if (negotiation.confirmingAt) return causes.confirm;
  if (!reacted) return causes.start;
  const served = (download?.bytesServed ?? 0) - negotiation.servedBefore;
  return progress === 100 || served >= fileBytes ? causes.result : causes.download;
}
