/**
 * What the audit trail keeps of inputs: every field of every input type stands either here or in `HIDDEN`, which a test makes sure of. To
 * decide about a new one: may everybody who reads the trail know it, for as long as the trail is kept?
 */
export const SHOWN_OF_INPUTS: Readonly<Record<string, string>> = {
  AddSigningKeyInput: 'name productKey publicKeyPem',
  AuditFilterInput: 'action actor correlationId kind object result since until',
  BatchCommandInput: 'batchId',
  BatchFilterInput: 'kind packageId productKey status',
  BatchScopeInput: 'all deviceNames groupId listId phased region',
  BatchTagInput: 'key value',
  CancelBatchInput: 'batchId statuses',
  CancelDynamicPolicyInput: 'batchId statuses',
  CancelTasksInput: 'batchId deviceIds packageId statuses',
  CreateApiKeyInput: 'deviceIds name role',
  CreateAppTokenInput: 'minutes',
  CreateDynamicBatchInput:
    'confirmation delivery downloadProtocol halt multiModule name newlyReportedOnly overridePrevious packageId proactivePush pushRate retry schemes scope sourceVersions tags timeoutMinutes',
  CreateDynamicGroupInput: 'name rule',
  CreateGroupInput: 'name parentId',
  CreatePackageInput:
    'customInfo description digest digestAlgorithm kind module name productKey sourceVersions uploadId uploadIds verificationRequired version',
  CreateProductInput: 'ackTimeoutSeconds awakeSeconds confirmByQuery dialect key name plainCoap selfSignedUrls',
  CreateStaticBatchInput:
    'confirmation delivery downloadProtocol halt multiModule name overridePrevious packageId proactivePush pushRate retry schedule schemes scope sourceVersions tags timeoutMinutes',
  DeleteDevicesInput: 'deviceIds',
  DeleteGroupInput: 'groupId',
  DeletePackageInput: 'packageId',
  DeleteProductInput: 'key',
  DeviceCertificatesInput: 'deviceId fingerprints',
  DeviceFilterInput: 'city endpoint groupId module namePrefix online parentId productKey province pskIdentity version',
  DeviceOwnerInput: 'deviceId',
  DeviceTagInput: 'key value',
  ForgetDeviceImportInput: 'importId',
  GroupDevicesInput: 'deviceIds groupId',
  GroupFilterInput: 'kind namePrefix parentId',
  GroupRuleInput: 'all any field key module none operator values',
  HaltPolicyInput: 'failedCount failedPercent minimumFinished minimumJudged',
  Lwm2mIdentityInput: 'deviceId endpoint psks',
  NamedDeviceInput: 'deviceName productKey',
  NewDeviceInput: 'certificateFingerprints deviceName dialect gateway lwm2m parent region tags',
  NewLwm2mIdentityInput: 'endpoint psks',
  PackageFilterInput: 'kind module namePrefix productKey verification verificationRequired version',
  PeopleFilter: 'blocked',
  PersonInput: 'id',
  PhasedScopeInput: 'percent seed',
  PskInput: 'identity',
  PushRateInput: 'perMinute variable',
  RegionInput: 'city province',
  RegisterDevicesInput: 'devices productKey',
  ReplacedPskInput: 'identity',
  ResetDeviceSecretInput: 'deviceId productKey',
  RetryPolicyInput: 'intervalMinutes maxRetries',
  RetryTasksInput: 'all batchId taskIds',
  RevokeApiKeyInput: 'id',
  ScheduleInput: 'endAt startAt',
  SetDeviceCertificatesInput: 'devices',
  SetDeviceGatewayInput: 'deviceIds gatewayId',
  SetDeviceOwnersInput: 'devices',
  SetDeviceParentInput: 'deviceIds parentId',
  SetDevicesEnabledInput: 'deviceIds enabled',
  SetLwm2mIdentitiesInput: 'devices',
  SetSecureUpdateInput: 'active keyPair productKey',
  TaskDecisionInput: 'taskIds',
  TaskFilterInput: 'batchId deviceId deviceNamePrefix module statuses',
  UpdateBatchInput: 'batchId pushRate sourceVersions tags timeoutMinutes',
  UpdateDeviceInput: 'deviceId dialect region tags',
  UpdateDynamicGroupInput: 'groupId name rule',
  UpdateGroupInput: 'groupId name parentId',
  UpdatePackageInput: 'description packageId',
  UpdateProductInput: 'ackTimeoutSeconds awakeSeconds confirmByQuery key name plainCoap refuseConflictingBatches',
  VariableRateInput: 'base factor maximum threshold thresholdCount',
  VerifyPackageInput: 'deviceNames packageId sourceVersions timeoutMinutes',
};

/** The same of the payloads of mutations; of objects in them only ids are kept, so these are their other fields. */
export const SHOWN_OF_PAYLOADS: Readonly<Record<string, string>> = {
  BatchPayload: 'already',
  CancelBatchPayload: 'already canceled',
  CancelTasksPayload: 'canceled',
  CreateAppTokenPayload: 'expiresAt',
  DeleteBatchPayload: 'batchId tasks',
  DeleteDevicesPayload: 'deleted tasksEnded',
  DeleteGroupPayload: 'groupId',
  DeletePackagePayload: 'packageId',
  DeleteProductPayload: 'key',
  ForgetAuditActorPayload: 'actor',
  GroupDevicesPayload: 'changed',
  RetryTasksPayload: 'already reinitiated skippedCount',
};

/**
 * Secrets: the trail says that they were given, and not what they were. An idempotency key is one: with it and the same input, the answer
 * may be had again. An owner is a person, who may ask to be forgotten.
 */
export const HIDDEN: ReadonlySet<string> = new Set([
  'AddSigningKeyInput.idempotencyKey',
  'BatchCommandInput.idempotencyKey',
  'CreateApiKeyInput.idempotencyKey',
  'CreateApiKeyPayload.key',
  'CreateAppTokenInput.owner',
  'CreateAppTokenPayload.token',
  'CreateDynamicBatchInput.idempotencyKey',
  'CreateDynamicGroupInput.idempotencyKey',
  'CreateGroupInput.idempotencyKey',
  'CreatePackageInput.idempotencyKey',
  'CreateProductInput.idempotencyKey',
  'CreateStaticBatchInput.idempotencyKey',
  'DeleteDevicesInput.idempotencyKey',
  'DeleteGroupInput.idempotencyKey',
  'DeletePackageInput.idempotencyKey',
  'DeleteProductInput.idempotencyKey',
  'DeviceFilterInput.owner',
  'DeviceOwnerInput.owner',
  // Whoever is forgotten must not be named by the entry about it.
  'ForgetAuditActorInput.id',
  'ForgetDeviceImportInput.idempotencyKey',
  'NewDeviceInput.owner',
  'NewDeviceInput.secret',
  'PskInput.key',
  'RegisterDevicesInput.idempotencyKey',
  'ReplacedPskInput.key',
  'ResetDeviceSecretInput.idempotencyKey',
  'ResetDeviceSecretPayload.secret',
  'RetryTasksInput.idempotencyKey',
  'VerifyPackageInput.idempotencyKey',
]);

/** Of an input, or of a payload. Undefined: nobody has decided, and it is hidden. */
export function decisionOf(type: string, field: string): 'SHOWN' | 'HIDDEN' | undefined {
  if (HIDDEN.has(`${type}.${field}`)) return 'HIDDEN';
  const shown = SHOWN_OF_INPUTS[type] ?? SHOWN_OF_PAYLOADS[type];
  return shown?.split(' ').includes(field) ? 'SHOWN' : undefined;
}
