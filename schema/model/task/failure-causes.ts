import type { Dialect } from '../protocol/dialect';

/** Why an attempt or a task failed (R-TASK-10; device-protocols §4): one catalogue for all dialects. */
export interface FailureCauseText {
  /** Who found out: the platform by waiting or comparing, or the device by saying so. */
  origin: 'platform' | 'device';
  description: string;
  recommendation: string;
}

export const FAILURE_CAUSES = {
  DEVICE_ABNORMAL_IS_NOT_ONLINE: {
    origin: 'platform',
    description: 'The device is off-line or not in a normal state.',
    recommendation: "Check the device's power and network, and that its account is enabled.",
  },
  TASK_CONFLICT: {
    origin: 'platform',
    description: 'The device is occupied by another operation.',
    recommendation: 'Wait for the other upgrade, log collection or restart to end, then try again.',
  },
  WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT: {
    origin: 'platform',
    description: 'The device did not come on-line in the time allowed.',
    recommendation: 'Check the device, or allow more time.',
  },
  WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT: {
    origin: 'platform',
    description: 'The device reported no upgrade result in the time allowed.',
    recommendation: 'Check whether the device restarted and whether it still reports.',
  },
  WAITING_FOR_REPORT_DEVICE_FIRMWARE_VERSION_TIMEOUT: {
    origin: 'platform',
    description: 'The device did not report its firmware version in the time allowed.',
    recommendation: 'Check that the device answers version queries.',
  },
  WAITING_FOR_REPORT_CELLID_TIMEOUT: {
    origin: 'platform',
    description: 'The device did not report its radio cell in the time allowed, or the cell could not be read.',
    recommendation: "Check the device's connectivity object, or lift the signal check for the batch.",
  },
  WAITING_FOR_CELL_SLOT_TIMEOUT: {
    origin: 'platform',
    description: 'Other devices of its radio cell downloaded all the time: the device got no cell slot in the time allowed.',
    recommendation: 'Look at the `cells` query; spread the batch over more time, or raise the limit of devices a cell.',
  },
  UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT: {
    origin: 'platform',
    description: 'After the update came neither a result nor a version in the time allowed.',
    recommendation: 'Check the device: it may not have come back from its restart.',
  },
  WAITING_FOR_DEVICE_DOWNLOADED_PACKAGE_TIMEOUT: {
    origin: 'platform',
    description: 'The device did not finish its download in the time allowed.',
    recommendation: 'Check coverage and the size of the file, or allow more time.',
  },
  WAITING_FOR_DEVICE_START_TO_UPDATE_TIMEOUT: {
    origin: 'platform',
    description: 'The device did not begin to install in the time allowed.',
    recommendation: 'Check whether something on the device holds the installation back.',
  },
  WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT: {
    origin: 'platform',
    description: 'The device did not begin its download in the time allowed.',
    recommendation: 'Check that the notification arrives and that the device can reach the download address.',
  },
  DEVICE_UPGRADE_TIMEOUT: {
    origin: 'platform',
    description: "The device did not report the target version within the batch's time-out.",
    recommendation: 'Set a time-out of more than 60 minutes, or none.',
  },
  UNEXPECTED_VERSION_REPORTED: {
    origin: 'platform',
    description: 'The device reported a version that the upgrade does not lead to.',
    recommendation: 'Find out whether the device was updated by other means, and whether the package holds the version it names.',
  },
  SOURCE_VERSION_NOT_ELIGIBLE: {
    origin: 'platform',
    description: "The device's version is not one of the source versions.",
    recommendation: 'Add the version to the source versions, or use another package.',
  },
  OVERWRITTEN_BY_NEWER_TASK: {
    origin: 'platform',
    description: 'A newer task took the place of this one before it had begun.',
    recommendation: 'Nothing to do: follow the newer task.',
  },
  CAMPAIGN_WINDOW_CLOSED: {
    origin: 'platform',
    description: 'The end time of the batch passed first.',
    recommendation: 'Plan a new batch for the devices that are left.',
  },
  DEVICE_REMOVED: {
    origin: 'platform',
    description: 'The device was deleted while the task ran.',
    recommendation: 'Nothing to do.',
  },
  NOTIFICATION_LIMIT: {
    origin: 'platform',
    description: 'The device came back or started again too often within one attempt: it is notified no more.',
    recommendation: 'Check its connection and power, and whether another device uses its identity.',
  },
  PLATFORM_INTERNAL_ERROR: {
    origin: 'platform',
    description: 'Updraft could not go on with the task.',
    recommendation: "Read the task's transitions and the server's log, then start the task again.",
  },

  NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE: {
    origin: 'device',
    description: 'The package does not fit into the storage of the device.',
    recommendation: 'Free storage on the device, or make the package smaller.',
  },
  OUT_OF_MEMORY_DURING_DOWNLOADING_PROCESS: {
    origin: 'device',
    description: 'The device ran out of memory while downloading.',
    recommendation: 'Check the memory of the device and restart it.',
  },
  CONNECTION_LOST_DURING_DOWNLOADING_PROCESS: {
    origin: 'device',
    description: 'The connection broke while the device was downloading.',
    recommendation: 'Check the network connection of the device.',
  },
  INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE: {
    origin: 'device',
    description: 'What the device downloaded did not pass its check.',
    recommendation: 'Check that the package is complete and that its digest and signature belong to it.',
  },
  UNSUPPORTED_PACKAGE_TYPE: {
    origin: 'device',
    description: 'The device does not take packages of this kind.',
    recommendation: 'Check that the package was made for this device.',
  },
  INVALID_URI: {
    origin: 'device',
    description: 'The device cannot use the download address.',
    recommendation: 'Check the public address of the download server as the device sees it.',
  },
  FIRMWARE_UPDATE_FAILED: {
    origin: 'device',
    description: 'The update itself failed on the device.',
    recommendation: "Check the device and its log; the task's text is what it said.",
  },
  DOWNLOAD_FAILED: {
    origin: 'device',
    description: 'The download failed and the device did not say why.',
    recommendation: 'Check coverage, the download address, and whether the download ran past the life of its token.',
  },
  PACKAGE_INSTALLATION_FAILURE: {
    origin: 'device',
    description: 'The device could not write or install the package.',
    recommendation: 'Check the flash of the device and the package; where the file comes over MQTT, the connection too.',
  },
  DEVICE_DOWNLOAD_TIMEOUT: {
    origin: 'device',
    description: 'The device gave up its download after waiting too long.',
    recommendation: 'Check coverage and the download address: some devices give this code for any download error.',
  },
  UNSUPPORTED_PROTOCOL: {
    origin: 'device',
    description: 'Device and platform share no way to download.',
    recommendation: 'Enable one of the download schemes that the device lists.',
  },
  FIRMWARE_UPDATE_CANCELLED: {
    origin: 'device',
    description: 'The update was cancelled at the device.',
    recommendation: 'Ask the user of the device.',
  },
  FIRMWARE_UPDATE_DEFERRED: {
    origin: 'device',
    description: 'The update was put off for longer than allowed.',
    recommendation: 'Ask the user of the device, or shorten the time it may be put off.',
  },
  DEVICE_IN_USE: {
    origin: 'device',
    description: 'The device is in use and would not begin.',
    recommendation: 'Choose an hour in which the device is idle.',
  },
  POOR_SIGNAL_QUALITY: {
    origin: 'device',
    description: 'The signal is too weak by the rule of the device.',
    recommendation: 'Improve the coverage, or try again later.',
  },
  ALREADY_THE_LATEST_VERSION: {
    origin: 'device',
    description: 'The device holds itself for up to date, with a version other than the target.',
    recommendation: 'Compare how the package and the device spell their versions.',
  },
  LOW_BATTERY: {
    origin: 'device',
    description: 'The battery of the device is too low.',
    recommendation: 'Charge the device, then try again.',
  },
  DEVICE_INTERNAL_EXCEPTION: {
    origin: 'device',
    description: 'The device met an internal error.',
    recommendation: "Read the device's log.",
  },
  DEVICE_REJECTED_REQUEST: {
    origin: 'device',
    description: 'The device refused a request without a reason of its own.',
    recommendation: "Check the device's support of the firmware update object.",
  },
  UNKNOWN_DEVICE_ERROR: {
    origin: 'device',
    description: 'The device failed with a number no table names.',
    recommendation: "Ask the maker of the device what the number in the task's text means.",
  },
} as const satisfies Record<string, FailureCauseText>;

export type FailureCause = keyof typeof FAILURE_CAUSES;

const RETRIED_BY_LINK: readonly FailureCause[] = [
  'UNEXPECTED_VERSION_REPORTED',
  'NOTIFICATION_LIMIT',
  'PLATFORM_INTERNAL_ERROR',
  'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
  'FIRMWARE_UPDATE_FAILED',
  'DOWNLOAD_FAILED',
  'PACKAGE_INSTALLATION_FAILURE',
  'UNKNOWN_DEVICE_ERROR',
];

/** Nothing that a further attempt could change, or the task's own time-out. */
const NEVER_RETRIED_BY_PLATFORM: readonly FailureCause[] = [
  'SOURCE_VERSION_NOT_ELIGIBLE',
  'OVERWRITTEN_BY_NEWER_TASK',
  'CAMPAIGN_WINDOW_CLOSED',
  'DEVICE_REMOVED',
  'DEVICE_UPGRADE_TIMEOUT',
  'FIRMWARE_UPDATE_CANCELLED',
];

const RETRIED: Record<Dialect, (cause: FailureCause) => boolean> = {
  LINK: (cause) => RETRIED_BY_LINK.includes(cause),
  IOTDA: (cause) => !NEVER_RETRIED_BY_PLATFORM.includes(cause),
  LWM2M: (cause) => !NEVER_RETRIED_BY_PLATFORM.includes(cause),
};

/** R-TASK-5: whether a task that failed so is tried again, as long as its policy has retries left (device-protocols §4). */
export const retriedBy = (dialect: Dialect, cause: FailureCause): boolean => RETRIED[dialect](cause);

const LINK_STEP_CAUSES: Record<number, FailureCause> = {
  [-1]: 'FIRMWARE_UPDATE_FAILED',
  [-2]: 'DOWNLOAD_FAILED',
  [-3]: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
  [-4]: 'PACKAGE_INSTALLATION_FAILURE',
};

/** What a negative `step` of a Link progress report means (device-protocols §1.3). */
export const linkStepCause = (step: number): FailureCause => LINK_STEP_CAUSES[step] ?? 'UNKNOWN_DEVICE_ERROR';
