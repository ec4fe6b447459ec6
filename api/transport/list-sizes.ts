import { type GraphQLSchema, isObjectType } from 'graphql';
import { FIXED_LIMITS, type Limits } from '../../schema/model/limits';
import { DOWNLOAD_SCHEMES } from '../../schema/model/protocol/download-scheme';

/**
 * How many items a list in an object may have, for the cost of a request; pages have their own size. A number that is no limit of the
 * product is the most that is usual. A test looks that no list of the schema is missing.
 */
export const listSizes = (schema: GraphQLSchema, limits: Limits): ReadonlyMap<string, number> =>
  new Map([
    ...Object.entries(ofProduct(limits)),
    ...Object.entries(ofIntrospection(schema)),
    ...Object.keys(schema.getTypeMap()).map((type) => [`${type}.userErrors`, FIXED_LIMITS.userErrors] as const),
  ]);

/** What mutations answer is as long as what they were given; the sizes below are the most that may be given. */
export const AS_LONG_AS_GIVEN: ReadonlySet<string> = new Set([
  'CancelTasksPayload.tasks',
  'RegisterDevicesPayload.devices',
  'SetDeviceCertificatesPayload.devices',
  'SetDeviceOwnersPayload.devices',
  'SetDeviceParentPayload.devices',
  'SetDeviceGatewayPayload.devices',
  'SetDevicesEnabledPayload.devices',
  'SetLwm2mIdentitiesPayload.devices',
  'TasksPayload.tasks',
]);

/** Of most tasks; one that was retried, delayed and begun again may have more. */
const TRANSITIONS = 10;

const ofProduct = (limits: Limits): Record<string, number> => ({
  'ApiKey.deviceIds': limits.appDevices,
  'Batch.edits': FIXED_LIMITS.editsKept,
  // Of most batches.
  'Batch.failuresByCause': 10,
  'Batch.marks': 20,
  'BatchSeries.points': FIXED_LIMITS.seriesPoints,
  'PlatformSeries.points': FIXED_LIMITS.seriesPoints,
  // Of most minutes.
  'PlatformSeriesPoint.failures': 1,
  'BatchMark.fields': 1,
  'Batch.sourceVersions': limits.packageSourceVersions,
  'BatchEdit.fields': 10,
  'BatchPolicy.schemes': DOWNLOAD_SCHEMES.length,
  'BatchPolicy.tags': limits.batchTags,
  'BatchPreview.curve': FIXED_LIMITS.previewPoints,
  'BatchPreview.versions': FIXED_LIMITS.previewVersions,
  'BatchScope.deviceNames': limits.targets,
  'CancelTasksPayload.tasks': limits.targets,
  'Device.certificateFingerprints': FIXED_LIMITS.certificatesPerDevice,
  'Device.groups': 20,
  // Of most devices.
  'Device.presenceChanges': 20,
  'Device.modules': 10,
  'Device.tags': limits.deviceTags,
  // Conditions and values are counted over the whole of a rule, and a part of it has one of the three: so all of its levels can be asked for.
  'GroupRule.all': limits.groupRuleConditions / 10,
  'GroupRule.any': limits.groupRuleConditions / 10,
  'GroupRule.none': limits.groupRuleConditions / 10,
  'GroupRule.values': limits.groupRuleValues / limits.groupRuleConditions,
  'Lwm2mDevice.pskIdentities': FIXED_LIMITS.psksPerDevice,
  // Of most devices.
  'Lwm2mRegistration.objects': 20,
  'Limits.retryCounts': limits.retryCounts.length,
  'Limits.retryIntervalMinutes': limits.retryIntervalMinutes.length,
  // Of most people who are limited to some at all.
  'AuditEntry.codes': 2,
  'AuditEntry.objects': 10,
  'ApiKey.products': 10,
  'Person.products': 10,
  'Viewer.products': 10,
  'Package.files': FIXED_LIMITS.packageFiles,
  'Package.sourceVersions': limits.packageSourceVersions,
  'Product.signingKeys': limits.signingKeys,
  'Query.downloadSchemes': DOWNLOAD_SCHEMES.length,
  'Query.failureCauses': 100,
  'RegisterDevicesPayload.devices': limits.registrations,
  'RegisteredObject.instances': 4,
  'RetryTasksPayload.skipped': FIXED_LIMITS.skippedShown,
  'SetDeviceCertificatesPayload.devices': limits.devicesPerCall,
  'SetLwm2mIdentitiesPayload.devices': limits.devicesPerCall,
  'SetDeviceOwnersPayload.devices': limits.devicesPerCall,
  'SetDeviceParentPayload.devices': limits.devicesPerCall,
  'SetDeviceGatewayPayload.devices': limits.devicesPerCall,
  'SetDevicesEnabledPayload.devices': limits.devicesPerCall,
  'Task.attempts': Math.max(...limits.retryCounts) + 1,
  'Task.transitions': TRANSITIONS,
  'TasksPayload.tasks': limits.confirmations,
});

/** Averages over this schema, so that a client's question for all of it costs what it is; graphql bounds lists within lists. */
function ofIntrospection(schema: GraphQLSchema): Record<string, number> {
  const types = Object.values(schema.getTypeMap());
  const fields = types.filter(isObjectType).flatMap((type) => Object.values(type.getFields()));
  const args = fields.reduce((sum, field) => sum + field.args.length, 0);
  const fieldsOfType = fields.length / types.length;
  const most = Math.max(...types.filter(isObjectType).map((type) => Object.keys(type.getFields()).length));
  return {
    'Query.__type': most / fieldsOfType,
    '__Schema.types': types.length,
    '__Schema.directives': schema.getDirectives().length,
    '__Type.fields': fieldsOfType,
    '__Type.inputFields': fieldsOfType / 2,
    '__Type.enumValues': 2,
    '__Type.interfaces': 1,
    '__Type.possibleTypes': 1,
    // Wrappers end: most types are a name or its non-null.
    '__Type.ofType': 0.5,
    '__Field.args': args / fields.length,
    '__Directive.args': 2,
    '__Directive.locations': 5,
  };
}
