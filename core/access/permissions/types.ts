/** The fields that apps may ask of an object they have come to. NONE: no field leads an app there. */
export type AppFields = 'NONE' | readonly string[];

const none = (names: string): Readonly<Record<string, AppFields>> => Object.fromEntries(names.split(' ').map((name) => [name, 'NONE']));
const fields = (names: string): readonly string[] => names.split(' ');

/**
 * R-UI-4, R-DEV-7: every object type of the API. One that is not here can't be served, and a field that is not here is refused to apps until
 * somebody decides. A field that is refused is null: whoever asks for more than they may see is answered all the same in the rest.
 */
const TYPES: Readonly<Record<string, AppFields>> = {
  Task: fields(
    'id batchId packageId deviceId productKey deviceName module sourceVersion targetVersion status waitingFor waitsUntil progress attempt matches attempts retryAt cause causeText outcome judgedAt transitions notifiedAt renotifications deadline createdAt updatedAt endedAt deferral device package batch',
  ),
  TaskDeferral: fields('times timesLeft latest until at by'),
  Attempt: fields('number cause text startedAt endedAt'),
  Transition: fields('at attempt from to cause text'),
  FailureCause: fields('code origin description recommendation countsForHalt'),
  TaskChange: fields('task cursor skipped dropped'),
  TasksPayload: fields('tasks userErrors'),
  RedeemPairingCodePayload: fields('deviceId userErrors'),
  // What a user is asked to confirm, and nothing else of the fleet.
  Device: fields('id productKey deviceName online modules'),
  DeviceModule: fields('name version'),
  Package: fields('id name description customInfo version files'),
  PackageFile: fields('size'),
  Batch: fields('id name'),
  // Nothing of the fleet is in these.
  Viewer: fields('actorId kind signedInBy keyId name role products owner session'),
  BrowserSession: fields('expiresAt'),
  PageInfo: fields('hasNextPage hasPreviousPage startCursor endCursor'),
  Resync: fields('hint cursor'),
  UserError: fields('code field message hint limit conflictingId'),

  ...none('Product SigningKey SecureUpdate ProductModule ModuleVersionCount PackageVerification'),
  ...none('ConnectionStreak PresenceChange DeviceTag IgnoredReport Region RegisteredDevice Psk'),
  ...none('Lwm2mDevice Lwm2mRegistration Lwm2mUpgrade RegisteredObject TaskDownload Cell CellChange'),
  ...none('Group GroupRule DeviceList DeviceImport ImportProblems ImportProgress UploadProgress'),
  ...none('BatchCounts BatchEdit BatchEnd BatchMark BatchPolicy BatchProgress BatchRate BatchScope BatchSelection BatchTag'),
  ...none('DeferralPolicy FailuresByCause HaltPolicy PhasedScope PushRate RetryPolicy Schedule SkippedTask VariableRate'),
  ...none('BatchPreview EarliestHalt PreviewBatchPayload PreviewVersion PushCurvePoint'),
  ...none('BatchChange DeviceChange GroupChange BatchSeries BatchSeriesPoint PlatformSeries PlatformSeriesPoint SeriesFailures'),
  ...none('ApiKey Person AuditEntry AuditAdded Limits'),
};

/** Of connections and their edges, where apps see the nodes. */
const PLACE = fields('edges pageInfo node cursor');

/** Null: nobody has decided. */
export function appFieldsOf(type: string): AppFields | null {
  const decided = TYPES[type];
  if (decided) return decided;
  const node = TYPES[type.replace(/(?:Connection|Edge)$/, '')];
  if (node) return node === 'NONE' ? 'NONE' : PLACE;
  // Of a mutation that apps may not use no payload is reached.
  return type.endsWith('Payload') ? 'NONE' : null;
}

export const DECIDED_TYPES: readonly string[] = Object.keys(TYPES);

/** Types that are of one product, each with the field that says of which, and with what people call one. */
export const OF_A_PRODUCT: Readonly<Record<string, { field: 'productKey' | '_id'; name: string }>> = {
  Batch: { field: 'productKey', name: 'batch' },
  Device: { field: 'productKey', name: 'device' },
  DeviceImport: { field: 'productKey', name: 'import' },
  DeviceList: { field: 'productKey', name: 'list' },
  Package: { field: 'productKey', name: 'package' },
  Product: { field: '_id', name: 'product' },
  Task: { field: 'productKey', name: 'task' },
};

/**
 * R-DEV-7: which of those an app finds by their id alone, where a field gives things of several types: each with the field that names the
 * device, which has to be one of its own. To the others it comes from these.
 */
export const OF_A_DEVICE: Readonly<Record<string, '_id' | 'deviceId'>> = { Device: '_id', Task: 'deviceId' };

/** Types of what all products share: a field that leads to them, or from them on, is decided about below. */
export const SHARED: readonly string[] = ['Group', 'Cell'];

/**
 * What leads on to one or more of these, and what else in shared ones is about other products as well.
 * - `SAME`: of the same product as where it leads from, or an event that is delivered for own objects alone.
 * - `LOOKED_AT`: it may be of another one, and is null then. `OWN`: lists and counts only what is of the viewer's products.
 * - `SHARED`: the same for everybody. `WHOLE`: refused to those who are limited to products.
 */
export type FieldDecision = 'SAME' | 'LOOKED_AT' | 'OWN' | 'SHARED' | 'WHOLE';

export const FIELDS: Readonly<Record<string, FieldDecision>> = {
  'Batch.package': 'SAME',
  'Batch.product': 'SAME',
  'Batch.tasks': 'SAME',
  'BatchChange.batch': 'SAME',
  'BatchProgress.batch': 'SAME',
  'Cell.tasks': 'OWN',
  'CellChange.cell': 'SHARED',
  'DeviceChange.device': 'SAME',
  'DeviceImport.product': 'SAME',
  'Device.children': 'OWN',
  'Device.gateway': 'LOOKED_AT',
  'Device.groups': 'SHARED',
  'Device.parent': 'LOOKED_AT',
  'Device.product': 'SAME',
  'Device.tasks': 'SAME',
  'GroupChange.group': 'SHARED',
  'Group.deviceCount': 'OWN',
  'Group.devices': 'OWN',
  // Its conditions may name products, and what devices of them are like.
  'Group.rule': 'WHOLE',
  'Group.subGroups': 'SHARED',
  'ImportProgress.import': 'SAME',
  'Package.batches': 'SAME',
  'Package.product': 'SAME',
  'PackageVerification.runs': 'SAME',
  'RegisteredDevice.device': 'SAME',
  'Task.batch': 'SAME',
  'Task.device': 'SAME',
  'Task.package': 'SAME',
  'Task.product': 'SAME',
  'TaskChange.task': 'SAME',
};

/** Payloads, pages and edges lead to what was asked for, which is decided about by the operation. */
export const isDecidedByOperation = (type: string): boolean => /(?:Payload|Connection|Edge)$/.test(type);
