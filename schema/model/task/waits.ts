import type { Lwm2mStep } from '../lwm2m/upgrade';
import { PLATFORM_LED, type PlatformLedDialect, platformLedDialect, type Speaking } from '../protocol/dialect';
import type { FailureCause } from './failure-causes';

/** R-FLOW-2, R-FLOW-3: how long each wait of a platform-led upgrade may be, in minutes of a policy. */
export const DEFAULT_WAITS = {
  /** 25 h, 3 min, 24 h (device-protocols §2.7), 30 min (§2.4). `result` begins with the first notification of an attempt, the download included. */
  IOTDA: { onlineMinutes: 25 * 60, versionMinutes: 3, resultMinutes: 24 * 60, confirmMinutes: 30 },
  /** device-protocols §3.8, §3.5 C and F. */
  LWM2M: {
    onlineMinutes: 24 * 60,
    versionMinutes: 3,
    signalMinutes: 3,
    cellSlotMinutes: 24 * 60,
    startMinutes: 10,
    downloadMinutes: 60,
    executeMinutes: 24 * 60,
    updateMinutes: 5,
    resultMinutes: 30,
    checkMinutes: 10,
    deferMinutes: 24 * 60,
  },
} as const satisfies Record<PlatformLedDialect, Record<string, number>>;

type Defaults = typeof DEFAULT_WAITS;
/** `onlineMinutes` of all of them runs from a task's turn until its device is on-line. */
export type WaitsByDialect = { readonly [D in PlatformLedDialect]: Readonly<Record<keyof Defaults[D], number>> };

interface Steps {
  IOTDA: 'online' | 'version' | 'start' | 'download' | 'result' | 'confirm';
  LWM2M: 'online' | Lwm2mStep;
}

export interface Wait<D extends PlatformLedDialect = PlatformLedDialect> {
  limit: keyof WaitsByDialect[D];
  /** What an attempt has failed of whose wait is over. */
  cause: FailureCause;
  /** It runs while the device listens; in queue mode that is its awake windows. */
  awake?: true;
}

/** What each step waits for at most, and with which cause it ends (R-TASK-10). */
export const WAITS: { readonly [D in PlatformLedDialect]: Readonly<Record<Steps[D], Wait<D>>> } = {
  /** device-protocols §2.7 */
  IOTDA: {
    online: { limit: 'onlineMinutes', cause: 'WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT' },
    version: { limit: 'versionMinutes', cause: 'WAITING_FOR_REPORT_DEVICE_FIRMWARE_VERSION_TIMEOUT' },
    start: { limit: 'resultMinutes', cause: 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT' },
    download: { limit: 'resultMinutes', cause: 'WAITING_FOR_DEVICE_DOWNLOADED_PACKAGE_TIMEOUT' },
    result: { limit: 'resultMinutes', cause: 'WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT' },
    confirm: { limit: 'confirmMinutes', cause: 'UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT' },
  },
  /** device-protocols §3.8 */
  LWM2M: {
    online: { limit: 'onlineMinutes', cause: 'WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT' },
    VERSION: { limit: 'versionMinutes', cause: 'WAITING_FOR_REPORT_DEVICE_FIRMWARE_VERSION_TIMEOUT' },
    SIGNAL: { limit: 'signalMinutes', cause: 'WAITING_FOR_REPORT_CELLID_TIMEOUT' },
    CELL_SLOT: { limit: 'cellSlotMinutes', cause: 'WAITING_FOR_CELL_SLOT_TIMEOUT' },
    START: { limit: 'startMinutes', cause: 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT', awake: true },
    DOWNLOAD: { limit: 'downloadMinutes', cause: 'WAITING_FOR_DEVICE_DOWNLOADED_PACKAGE_TIMEOUT' },
    EXECUTE: { limit: 'executeMinutes', cause: 'WAITING_FOR_DEVICE_START_TO_UPDATE_TIMEOUT' },
    UPDATE: { limit: 'updateMinutes', cause: 'WAITING_FOR_DEVICE_START_TO_UPDATE_TIMEOUT', awake: true },
    RESULT: { limit: 'resultMinutes', cause: 'WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT' },
    CHECK: { limit: 'checkMinutes', cause: 'FIRMWARE_UPDATE_FAILED' },
    DEFERRED: { limit: 'deferMinutes', cause: 'FIRMWARE_UPDATE_DEFERRED' },
  },
};

/** With which an attempt ends whose device has not come on-line in time. Null: the device leads. */
export function onlineCauseOf(task: Speaking): FailureCause | null {
  const dialect = platformLedDialect(task);
  return dialect && WAITS[dialect].online.cause;
}

/** Milliseconds for each limit of a dialect. */
export type LimitsMs<D extends PlatformLedDialect = PlatformLedDialect> = Readonly<Record<keyof WaitsByDialect[D], number>>;

/** Null: the device leads, and its upgrades have no such waits. */
export function limitsMsOf(waits: WaitsByDialect, task: Speaking, minuteMs: number): LimitsMs | null {
  const dialect = platformLedDialect(task);
  if (dialect === null) return null;
  return Object.fromEntries(Object.entries(waits[dialect]).map(([limit, minutes]) => [limit, minutes * minuteMs])) as LimitsMs;
}

export type MsByDialect = Readonly<Record<PlatformLedDialect, number>>;

/** How long tasks wait for their devices to come on-line, in milliseconds. */
export const onlineMsOf = (waits: WaitsByDialect, minuteMs: number): MsByDialect =>
  Object.fromEntries(PLATFORM_LED.map((dialect) => [dialect, waits[dialect].onlineMinutes * minuteMs])) as MsByDialect;

/** So long after its start the workflow of an upgrade looks into the store. Null: the device leads. */
export function firstLookMinutes(waits: WaitsByDialect, task: Speaking): number | null {
  const dialect = platformLedDialect(task);
  return dialect && FIRST_LOOK[dialect](waits);
}

const FIRST_LOOK: Record<PlatformLedDialect, (waits: WaitsByDialect) => number> = {
  IOTDA: ({ IOTDA }) => IOTDA.versionMinutes,
  LWM2M: ({ LWM2M }) => LWM2M.startMinutes,
};

/** A lost report costs time, never a task. Steps of LwM2M that follow each other have limits of their own. */
export const LONGEST_LOOK_MINUTES: Readonly<Record<PlatformLedDialect, number>> = { IOTDA: 160, LWM2M: 10 };
