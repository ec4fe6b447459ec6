import { DEFAULT_LIMITS, type Limits } from '../../schema/model/limits';
import * as kinds from './kinds';
import type { Setting } from './settings';

type LimitValue = number | readonly number[];

/** `fileBytes` is `UPDRAFT_LIMIT_FILE_BYTES`. */
export const limitVariable = (name: string): string => `UPDRAFT_LIMIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

const ABOUT: Record<keyof Limits, string> = {
  fileBytes: 'Bytes of a package file.',
  packages: 'Packages in all.',
  descriptionLength: 'Characters of a description.',
  packageSourceVersions: 'Source versions of a package.',
  signingKeys: 'Public keys of a product.',
  verificationDevices: 'Devices of a verification.',
  rateMinimum: 'Slowest constant rate, devices a minute.',
  rateMaximum: 'Fastest constant rate, devices a minute.',
  rateBaseMinimum: 'Slowest base of a variable rate, devices a minute.',
  rateFactorMinimum: 'Smallest factor of a variable rate, in hundredths.',
  rateFactorMaximum: 'Largest factor of a variable rate, in hundredths.',
  rateThresholdMaximum: 'Largest threshold of a variable rate, devices.',
  haltDevicesMaximum: 'Largest number of devices in a failure threshold.',
  dynamicMatches: 'How often a version-based dynamic batch matches a device.',
  groupPackages: 'Packages with dynamic batches for one group.',
  scheduleStartMinimum: 'Minutes ahead that a scheduled start is at least.',
  scheduleStartMaximum: 'Minutes ahead that a scheduled start is at most.',
  scheduleEndMinimum: 'Minutes from a scheduled start to its end at least.',
  scheduleEndMaximum: 'Minutes from a scheduled start to its end at most.',
  timeoutMinimum: 'Shortest time-out of an upgrade, minutes.',
  timeoutMaximum: 'Longest time-out of an upgrade, minutes.',
  retryIntervalMinutes: 'Retry intervals to choose from, minutes.',
  retryCounts: 'Numbers of retries to choose from.',
  renotifications:
    'Notifications of one attempt that follow a reconnect or a restart of the device; then the attempt fails with NOTIFICATION_LIMIT.',
  appDevices: 'Devices of the key of an app.',
  confirmations: 'Tasks confirmed or rejected in one call.',
  reinitiations: 'Tasks re-initiated by name in one call.',
  targets: 'Devices named by hand in one batch.',
  registrations: 'Devices registered in one call.',
  devicesPerCall: 'Devices deleted, put into or taken out of a group, or given a gateway, in one call.',
  gatewayChildren: 'Devices behind one gateway.',
  runningModules: 'Modules of one device that are upgraded at once.',
  batchTags: 'Tags of a batch.',
  tagKeyLength: 'Characters of the key of a tag.',
  tagValueLength: 'Characters of the value of a tag.',
  tagsLength: 'Characters of all tags of a batch, keys and values together.',
  deviceTags: 'Tags of a device.',
  groups: 'Groups in all.',
  dynamicGroups: 'Groups by a rule, among all groups.',
  deviceFileRows: 'Rows of a file of devices.',
  pageSize: 'Items of a page.',
  answerBytes: 'Bytes of the answer to a GraphQL request.',
  downloadTokenHours: 'Hours a download URL is good for.',
  downloadsPerToken: 'Downloads with one URL or token that run at once, in one API process.',
  downloadsPerDevice:
    'Downloads of one device that run at once, in one API process; each of its unfinished tasks may have one whatever the others have.',
  downloads: 'Downloads over HTTP of all devices that run at once, in one API process; connections of the API come beside them.',
  downloadBytesPerSecond:
    'Slowest download, in bytes a second over ten minutes: a slower one is cut, and goes on with a range when its device asks for it.',
  mqttFileBytes: 'Bytes of a file that is downloaded over MQTT.',
  uploadsPerKey: 'Resumable uploads of one API key that no package uses yet.',
  uploads: 'Resumable uploads in all that no package uses yet.',
  uploadHours: 'Hours after its last byte that a resumable upload is kept without becoming a package.',
};

/** A variable for each limit of the model, which owns their names, meanings and defaults. */
export const LIMIT_SETTINGS: ReadonlyMap<keyof Limits, Setting<LimitValue>> = new Map(
  (Object.entries(DEFAULT_LIMITS) as [keyof Limits, LimitValue][]).map(([name, value]) => [name, limitSetting(name, value)]),
);

function limitSetting(name: keyof Limits, value: LimitValue): Setting<LimitValue> {
  const about = ABOUT[name];
  return typeof value === 'number'
    ? { kind: kinds.wholeNumber(1, Number.MAX_SAFE_INTEGER), default: value, about, example: `${value}` }
    : { kind: kinds.wholeNumbers, default: value, defaultText: value.join(','), about, example: value.join(',') };
}
