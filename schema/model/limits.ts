/** Every limit a user can meet, with the seeds' values as defaults; settings may change each. */
export const DEFAULT_LIMITS = {
  /** R-PKG-1: 1,000 MB a file. */
  fileBytes: 1_000 * 1024 * 1024,
  packages: 500,
  descriptionLength: 100,
  /** R-PKG-4, R-PKG-6: source versions of a package. */
  packageSourceVersions: 100,
  /** R-PKG-7: public keys of a product. */
  signingKeys: 20,
  /** R-PKG-9: devices of a verification. */
  verificationDevices: 10,
  /** R-RATE-1, devices a minute. */
  rateMinimum: 10,
  rateMaximum: 10_000,
  /** R-RATE-2. */
  rateBaseMinimum: 1,
  /** In hundredths. */
  rateFactorMinimum: 120,
  rateFactorMaximum: 500,
  rateThresholdMaximum: 100_000,
  /** R-BAT-24: the numbers of a failure threshold. */
  haltDevicesMaximum: 1_000_000,
  /** R-BAT-10: how often a version-based dynamic batch matches a device. */
  dynamicMatches: 10,
  /** R-BAT-15: packages with dynamic batches for one group. */
  groupPackages: 5,
  /** R-BAT-6, minutes: 5 min to 7 days, 1 hour to 30 days. */
  scheduleStartMinimum: 5,
  scheduleStartMaximum: 10_080,
  scheduleEndMinimum: 60,
  scheduleEndMaximum: 43_200,
  /** R-TASK-4, minutes. */
  timeoutMinimum: 1,
  timeoutMaximum: 1_440,
  /** R-TASK-5. */
  retryIntervalMinutes: [0, 5, 10, 30, 60, 1_440] as readonly number[],
  retryCounts: [1, 2, 5] as readonly number[],
  /** R-TASK-11: notifications of one attempt that follow a reconnect or a restart of the device. */
  renotifications: 10,
  /** R-UI-4: devices of one app's key. */
  appDevices: 100,
  /** R-TASK-8: tasks confirmed or rejected in one call. */
  confirmations: 10,
  /** R-BAT-21: tasks re-initiated by name in one call. */
  reinitiations: 100,
  /** Devices named by hand in one batch (R-BAT, vendor limit). */
  targets: 200,
  /** Devices registered in one call. */
  registrations: 1_000,
  /** Devices named by id in one call: deleted, put into a group, taken out of it. */
  devicesPerCall: 1_000,
  /** Devices behind one gateway. */
  gatewayChildren: 1_500,
  /** R-BAT-13: tasks of one device that run at once, each for another module. */
  runningModules: 5,
  /** R-BAT-17: tags of a batch; characters of a key, of a value, and of all keys and values together. */
  batchTags: 10,
  tagKeyLength: 30,
  tagValueLength: 1_024,
  tagsLength: 4_096,
  /** Tags of a device. */
  deviceTags: 20,
  /** Groups in all. */
  groups: 1_000,
  /** R-DEV-4: groups by a rule: each change of a device is compared with them. */
  dynamicGroups: 100,
  /** R-BAT-3, R-DEV-6: rows of a file of devices. */
  deviceFileRows: 1_000_000,
  pageSize: 100,
  /** R-SAFE-1: of a GraphQL request. */
  answerBytes: 16 * 1024 * 1024,
  /** R-DL-1. */
  downloadTokenHours: 24,
  /** R-DL-7: transfers over HTTP that run at once, in one process. */
  downloadsPerToken: 2,
  downloadsPerDevice: 2,
  /** R-SAFE-3: of all devices, in one process; the API has room of its own. */
  downloads: 8_000,
  /** R-SAFE-3: bytes a second that a download moves at least, over ten minutes: less than the slowest radio. */
  downloadBytesPerSecond: 100,
  /** R-DL-3: 16 MB, one file. */
  mqttFileBytes: 16 * 1024 * 1024,
  /** R-PKG-12: resumable uploads of one API key that no package uses yet, and of all. */
  uploadsPerKey: 20,
  uploads: 100,
  /** R-PKG-12: hours after its last byte that an upload is kept without becoming a package. */
  uploadHours: 24,
};

export type Limits = typeof DEFAULT_LIMITS;
