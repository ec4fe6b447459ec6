/** What a user meets as the most (or the least) there may be. */
interface LimitText {
  /** Completes "a whole number of …". */
  unit: string;
  /** One sentence, which names the unit where it is none of the things counted. */
  description: string;
}

interface Limit extends LimitText {
  default: number | readonly number[];
  /** The least and the most that may be set; of a choice, of each of its values. */
  range?: readonly [least: number, most: number];
}

interface FixedLimit extends LimitText {
  value: number;
}

/** Most items of a list in one call, whatever is in it: no limit on such a list can be set higher. */
export const LIST_ITEMS = 2_000;
const LIST = [1, LIST_ITEMS] as const;

/**
 * Every limit that the operator may set. The settings, the `limits` query, and the tables of docs/settings.md are made from this table;
 * whatever else speaks of a limit names it, so that no text states a number that was changed.
 */
export const LIMITS = {
  /** R-PKG-1. */
  fileBytes: { default: 1_000 * 1024 * 1024, unit: 'bytes', description: 'Largest file of a package, in bytes.' },
  packages: { default: 500, unit: 'packages', description: 'Most packages in all.' },
  descriptionLength: { default: 100, unit: 'characters', description: 'Longest description of a package, in characters.' },
  /** R-PKG-4, R-PKG-6. */
  packageSourceVersions: { default: 100, unit: 'versions', description: 'Most source versions of a package.' },
  /** R-PKG-7. */
  signingKeys: { default: 20, unit: 'keys', description: 'Most public keys of a product.' },
  /** R-PKG-9. */
  verificationDevices: { default: 10, unit: 'devices', description: 'Most devices that one verification tries a package on.' },
  /** R-RATE-1. */
  rateMinimum: { default: 10, unit: 'devices a minute', description: 'Slowest constant rate, in devices a minute.' },
  rateMaximum: { default: 10_000, unit: 'devices a minute', description: 'Fastest rate, in devices a minute.' },
  /** R-RATE-2. */
  rateBaseMinimum: { default: 1, unit: 'devices a minute', description: 'Slowest base of a variable rate, in devices a minute.' },
  rateFactorMinimum: { default: 120, unit: 'hundredths', description: 'Smallest factor of a variable rate, in hundredths.' },
  rateFactorMaximum: { default: 500, unit: 'hundredths', description: 'Largest factor of a variable rate, in hundredths.' },
  rateThresholdMaximum: { default: 100_000, unit: 'devices', description: 'Largest threshold of a variable rate, in devices.' },
  /** R-BAT-24. */
  haltDevicesMaximum: { default: 1_000_000, unit: 'devices', description: 'Largest number of devices in a failure threshold.' },
  /** R-BAT-10. */
  dynamicMatches: { default: 10, unit: 'matches', description: 'How often a version-based dynamic batch matches one device at most.' },
  /** R-BAT-15. */
  groupPackages: { default: 5, unit: 'packages', description: 'Most packages with dynamic batches for one group.' },
  /** R-BAT-6. */
  scheduleStartMinimum: { default: 5, unit: 'minutes', description: 'Minutes ahead that a scheduled start is at least.' },
  scheduleStartMaximum: { default: 10_080, unit: 'minutes', description: 'Minutes ahead that a scheduled start is at most.' },
  scheduleEndMinimum: { default: 60, unit: 'minutes', description: 'Minutes from a scheduled start to its end at least.' },
  scheduleEndMaximum: { default: 43_200, unit: 'minutes', description: 'Minutes from a scheduled start to its end at most.' },
  /** R-TASK-4. */
  timeoutMinimum: { default: 1, unit: 'minutes', description: 'Shortest time-out of an upgrade, in minutes.' },
  timeoutMaximum: { default: 1_440, unit: 'minutes', description: 'Longest time-out of an upgrade, in minutes.' },
  /** R-TASK-5. */
  retryIntervalMinutes: {
    default: [0, 5, 10, 30, 60, 1_440],
    unit: 'minutes',
    range: [0, 525_600],
    description: 'Retry intervals to choose from, in minutes.',
  },
  retryCounts: { default: [1, 2, 5], unit: 'retries', range: [0, 1_000], description: 'Numbers of retries to choose from.' },
  /** R-TASK-11. */
  renotifications: {
    default: 10,
    unit: 'notifications',
    description:
      'Most notifications of one attempt that follow a reconnect or a restart of the device; then the attempt fails with NOTIFICATION_LIMIT.',
  },
  /** R-UI-4. */
  appDevices: { default: 100, unit: 'devices', description: 'Most devices of the key of one app.' },
  /** R-TASK-8. */
  confirmations: { default: 10, unit: 'tasks', description: 'Most tasks confirmed, rejected or deferred in one call.' },
  /** R-TASK-12. */
  deferrals: { default: 100, unit: 'deferrals', range: [0, 10_000], description: 'How often a batch may let a task be deferred at most.' },
  deferralHours: {
    default: 720,
    unit: 'hours',
    range: [1, 87_600],
    description: 'Hours ahead that a batch may let a task be deferred at most.',
  },
  /** R-BAT-21. */
  reinitiations: { default: 100, unit: 'tasks', range: LIST, description: 'Most tasks re-initiated by name in one call.' },
  /** R-BAT-2. */
  targets: {
    default: 200,
    unit: 'devices',
    range: LIST,
    description: 'Most devices named one by one in a batch, or in one call that cancels tasks.',
  },
  registrations: { default: 1_000, unit: 'devices', range: LIST, description: 'Most devices registered in one call.' },
  devicesPerCall: {
    default: 1_000,
    unit: 'devices',
    range: LIST,
    description:
      'Most devices named in one call that deletes or changes them, or puts them into a group, takes them out or gives them a parent.',
  },
  gatewayChildren: { default: 1_500, unit: 'devices', description: 'Most children of one parent.' },
  /** R-BAT-13. */
  runningModules: { default: 5, unit: 'modules', description: 'Most modules of one device that are upgraded at once.' },
  /** R-BAT-17. */
  batchTags: { default: 10, unit: 'tags', description: 'Most tags of a batch.' },
  tagKeyLength: { default: 30, unit: 'characters', description: 'Longest key of a tag of a batch, in characters.' },
  tagValueLength: { default: 1_024, unit: 'characters', description: 'Longest value of a tag of a batch, in characters.' },
  tagsLength: { default: 4_096, unit: 'characters', description: 'Most characters of all tags of a batch, keys and values together.' },
  /** R-FLOW-7: a shorter one can be guessed from a handshake that somebody has recorded. */
  pskBytesMinimum: {
    default: 16,
    unit: 'bytes',
    range: [16, 64],
    description: 'Shortest pre-shared key of an LwM2M device that is taken, in bytes.',
  },
  deviceTags: { default: 20, unit: 'tags', description: 'Most tags of a device.' },
  groups: { default: 1_000, unit: 'groups', description: 'Most groups in all.' },
  /** R-DEV-3. */
  groupDepth: { default: 5, unit: 'levels', description: 'Most levels of groups below each other.' },
  groupsPerDevice: {
    default: 100,
    unit: 'groups',
    description: 'Most groups that one device may be put into; those it is in by a rule count.',
  },
  /** R-DEV-4: each change of a device is compared with them. */
  dynamicGroups: { default: 100, unit: 'groups', description: 'Most groups by a rule, among all groups.' },
  groupRuleConditions: { default: 20, unit: 'conditions', description: "Most conditions of a group's rule, all parts together." },
  groupRuleValues: { default: 100, unit: 'values', description: "Most values of a group's rule, all conditions together." },
  /** R-BAT-3, R-DEV-6. */
  deviceFileRows: {
    default: 1_000_000,
    unit: 'rows',
    description: 'Most rows of a file of devices: of an import, and of a list for a batch.',
  },
  /** R-SAFE-3. */
  lwm2mRegistrations: {
    default: 1_000_000,
    unit: 'devices',
    description: 'Most LwM2M devices that are registered at once; a further one is answered 5.03 and tries again.',
  },
  registrationLinks: {
    default: 256,
    unit: 'links',
    range: [8, 1_000],
    description: 'Most objects and instances that an LwM2M device may register; one with more is answered 4.13.',
  },
  pageSize: { default: 100, unit: 'items', description: 'Most items of a page.' },
  /** R-SAFE-1. */
  answerBytes: {
    default: 16 * 1024 * 1024,
    unit: 'bytes',
    range: [64 * 1024, 2 ** 30],
    description: 'Largest answer to a GraphQL request, in bytes.',
  },
  /** R-DL-1. */
  downloadTokenHours: { default: 24, unit: 'hours', description: 'Hours that a download URL is good for.' },
  /** R-DL-7. */
  downloadsPerToken: {
    default: 2,
    unit: 'downloads',
    description: 'Most downloads with one URL or token that run at once, in one API process.',
  },
  downloadsPerDevice: {
    default: 2,
    unit: 'downloads',
    description:
      'Most downloads of one device that run at once, in one API process; each of its unfinished tasks may have one whatever the others have.',
  },
  /** R-SAFE-3; the API has room of its own. */
  downloads: {
    default: 8_000,
    unit: 'downloads',
    description: 'Most downloads over HTTP of all devices that run at once, in one API process; connections of the API come beside them.',
  },
  /** R-SAFE-3: less than the slowest radio. */
  downloadBytesPerSecond: {
    default: 100,
    unit: 'bytes a second',
    description:
      'Slowest download, in bytes a second over ten minutes: a slower one is cut, and goes on with a range when its device asks for it.',
  },
  /** R-DL-4, R-DL-7. */
  blockRequestsPerToken: {
    default: 10_000,
    unit: 'requests a second',
    description:
      'Most requests for blocks over CoAP with one token in a second, in one process; further ones are answered in the next one.',
  },
  /** R-SAFE-3. */
  blocksWaiting: {
    default: 1_000,
    unit: 'requests',
    range: [1, 100_000],
    description: 'Most requests for blocks over CoAP that wait for MongoDB or the package store at once, in one process.',
  },
  blockReads: {
    default: 12,
    unit: 'reads',
    range: [1, 1_000],
    description: 'Most reads of the package store for blocks over CoAP at once, in one process.',
  },
  /** R-DL-3. */
  mqttFileBytes: { default: 16 * 1024 * 1024, unit: 'bytes', description: 'Largest file that is downloaded over MQTT, in bytes.' },
  /** R-PKG-12. */
  uploadsPerKey: { default: 20, unit: 'uploads', description: 'Most resumable uploads of one API key that no package uses yet.' },
  uploads: { default: 100, unit: 'uploads', description: 'Most resumable uploads in all that no package uses yet.' },
  uploadHours: {
    default: 24,
    unit: 'hours',
    range: [1, 87_600],
    description: 'Hours after its last byte that a resumable upload is kept without becoming a package.',
  },
} satisfies Record<string, Limit>;

/** Limits that are no settings: protocols, or what is stored, depend on them. */
export const FIXED = {
  /** R-PKG-10: devices read no more of a notification (device-protocols §1.3). */
  packageFiles: { value: 20, unit: 'files', description: 'Most files of a package.' },
  /** What both vendors let a package tell its devices (device-protocols §1.3). */
  customInfoLength: { value: 4_096, unit: 'characters', description: 'Longest text of a package for its devices, in characters.' },
  /** R-PKG-7: the longest key that is taken has about 1,500. */
  publicKeyLength: { value: 4_096, unit: 'characters', description: 'Longest public key, in characters.' },
  rsaBitsMinimum: { value: 2_048, unit: 'bits', description: 'Shortest RSA key that packages may be signed with, in bits.' },
  /** Beyond it a verification costs seconds, and no signer uses it. */
  rsaBitsMaximum: { value: 8_192, unit: 'bits', description: 'Longest RSA key that packages may be signed with, in bits.' },
  /** R-DEV-1: a device that invents module names must not grow its document for ever. */
  modulesPerDevice: { value: 32, unit: 'modules', description: 'Most modules whose versions are kept of a device.' },
  /** R-FLOW-2: so that a device can change over from one to the next while it is in the field. */
  certificatesPerDevice: { value: 2, unit: 'certificates', description: 'Most client certificates of a device.' },
  /** R-FLOW-7: so that a device can change over from one to the next while it is in the field. */
  psksPerDevice: { value: 2, unit: 'keys', description: 'Most pre-shared keys of an LwM2M device.' },
  pskBytesMaximum: { value: 64, unit: 'bytes', description: 'Longest pre-shared key of an LwM2M device, in bytes.' },
  /** R-DEV-4: documents of GraphQL, which bring and show rules, nest only so deep. */
  groupRuleDepth: { value: 3, unit: 'levels', description: "Most levels of `all`, `any` and `none` within each other, in a group's rule." },
  displayNameLength: { value: 64, unit: 'characters', description: 'Longest name for people, in characters.' },
  pageSizeByDefault: { value: 50, unit: 'items', description: 'Items of a page when nobody says how many.' },
  itemsCounted: { value: 10_000, unit: 'items', description: 'Most items of a list that `totalCount` counts; of longer ones it is null.' },
  userErrors: { value: 20, unit: 'errors', description: 'Most errors that one refusal names.' },
  editsKept: { value: 50, unit: 'changes', description: 'Most changes of a running batch that are kept, the last ones.' },
  movesKept: { value: 100, unit: 'changes', description: 'Most changes of the status of a batch that are kept, the last ones.' },
  skippedShown: { value: 100, unit: 'tasks', description: 'Most tasks that a call names of those it has left as they are.' },
  previewVersions: { value: 100, unit: 'versions', description: 'Most versions that a preview counts one by one.' },
  /** A day, minute by minute. */
  previewPoints: { value: 1_440, unit: 'points', description: 'Most points of the curve of a preview.' },
  /** The same, and an hour. */
  seriesPoints: { value: 1_500, unit: 'points', description: 'Most points of a series.' },
  previewExactDevices: { value: 10_000, unit: 'devices', description: 'Most devices that a preview looks at one by one.' },
  failureTextLength: {
    value: 1_024,
    unit: 'characters',
    description: 'Most characters that are kept of what a device says about a failure.',
  },
  idempotencyKeyLength: { value: 128, unit: 'characters', description: 'Longest idempotency key, in characters.' },
} satisfies Record<string, FixedLimit>;

type OfChoice<Value> = Value extends number ? number : readonly number[];
export type Limits = { [Name in keyof typeof LIMITS]: OfChoice<(typeof LIMITS)[Name]['default']> };
export type LimitName = keyof Limits;

export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];

export const DEFAULT_LIMITS = Object.fromEntries(LIMIT_NAMES.map((name) => [name, LIMITS[name].default])) as unknown as Limits;

export type FixedLimits = { readonly [Name in keyof typeof FIXED]: number };

export const FIXED_LIMITS = Object.fromEntries(Object.entries(FIXED).map(([name, { value }]) => [name, value])) as FixedLimits;

/** Most that a limit without a range may be set to: what the API's numbers hold, and 64 TiB. */
const MOST = 2 ** 31 - 1;
const MOST_BYTES = 2 ** 46;

export function rangeOf(name: LimitName): readonly [least: number, most: number] {
  const { range, unit }: Limit = LIMITS[name];
  return range ?? [1, unit === 'bytes' ? MOST_BYTES : MOST];
}
