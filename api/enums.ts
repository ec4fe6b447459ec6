import { registerEnumType } from 'type-graphql';
import { ROLES } from '../core/access/viewer';
import { type BATCH_KINDS, BATCH_STATUSES, DOWNLOAD_PROTOCOLS, DYNAMIC_BASES, type EditedField } from '../schema/model/batch/batch';
import { IMPORT_STATUSES } from '../schema/model/device/device-import';
import { LIST_STATUSES } from '../schema/model/device/device-list';
import { GROUP_KINDS, GROUP_STATES } from '../schema/model/device/group';
import { GROUP_RULE_FIELDS, GROUP_RULE_OPERATORS } from '../schema/model/device/group-rule';
import { ERROR_CODES } from '../schema/model/error-codes';
import { PACKAGE_KINDS, VERIFICATION_STATES } from '../schema/model/package/package-rules';
import { SIGNATURE_ALGORITHMS } from '../schema/model/package/signature';
import { UPLOAD_STATES } from '../schema/model/package/upload';
import { DIALECTS } from '../schema/model/protocol/dialect';
import { IGNORED_REPORT_REASONS } from '../schema/model/protocol/ignored-report';
import { CANCELABLE_STATUSES } from '../schema/model/task/cancel';
import { END_LIMITS } from '../schema/model/task/expected-end';
import { FAILURE_CAUSES } from '../schema/model/task/failure-causes';
import { SKIP_REASONS } from '../schema/model/task/reinitiation';
import { TASK_OUTCOMES, TASK_STATUSES } from '../schema/model/task/task';
import { WAITING_FOR } from '../schema/model/task/waiting-for';

type Texts<K extends string> = Readonly<Record<K, string>>;

/** A GraphQL enum from a model's names; the record makes the compiler ask for a description of each. */
export function enumOf<K extends string>(name: string, description: string, texts: Texts<K>): { [key in K]: key } {
  const keys = Object.keys(texts) as K[];
  const values = Object.fromEntries(keys.map((key) => [key, key])) as { [key in K]: key };
  const valuesConfig = Object.fromEntries(keys.map((key) => [key, { description: texts[key] }])) as { [key in K]: { description: string } };
  registerEnumType(values, { name, description, valuesConfig });
  return values;
}

/** The texts of these names, in their order. */
export const described = <K extends string>(names: readonly K[], texts: Texts<K>): Texts<K> =>
  Object.fromEntries(names.map((name) => [name, texts[name]])) as Texts<K>;

export const TaskStatusEnum = enumOf(
  'TaskStatus',
  'Where a task is on its way. The last three are final.',
  described(TASK_STATUSES, {
    UNCONFIRMED: 'Waits for confirmation. CONFIRM of Alibaba Cloud IoT.',
    QUEUED: 'Not notified yet: off-line, held back by the push rate, or paused. QUEUED of Alibaba Cloud IoT, Waitting of IoTDA.',
    NOTIFIED: 'The device was notified and has not reported progress. NOTIFIED of Alibaba Cloud IoT, Processing of IoTDA.',
    IN_PROGRESS: 'The device has reported progress. IN_PROGRESS of Alibaba Cloud IoT, Processing of IoTDA.',
    SUCCEEDED: 'The device has reported the target version.',
    FAILED: 'Every attempt failed, or the time-out passed; `cause` says why.',
    CANCELED: 'Ended by a person or a program. Stopped of IoTDA.',
  }),
);

export const TaskOutcomeEnum = enumOf(
  'TaskOutcome',
  "What came of a task's last attempt.",
  described(TASK_OUTCOMES, {
    SUCCEEDED: 'The device has reported the target version after it was notified.',
    FAILING: 'It failed, and another attempt follows or is under way: the status stays what it was.',
    FAILED: 'It failed, and it was the last.',
    REGRESSED: 'The device had succeeded, and went back to its old version within an hour.',
  }),
);

export const CancelableStatusEnum = enumOf(
  'CancelableStatus',
  'Tasks that a cancellation asks for; one for each flag of CancelOTATaskByJob of Alibaba Cloud IoT.',
  described(CANCELABLE_STATUSES, {
    SCHEDULED: 'QUEUED in a batch that is SCHEDULED. CancelScheduledTask.',
    QUEUED: 'QUEUED in a batch that has started. CancelQueuedTask.',
    NOTIFIED: 'NOTIFIED. CancelNotifiedTask.',
    IN_PROGRESS: 'IN_PROGRESS: what the device reports afterwards changes nothing any more. CancelInProgressTask.',
    UNCONFIRMED: 'UNCONFIRMED. CancelUnconfirmedTask.',
  }),
);

export const BatchStatusEnum = enumOf(
  'BatchStatus',
  'Where a batch is on its way. The last three are final.',
  described(BATCH_STATUSES, {
    SCHEDULED: 'Its devices are selected; `schedule` says when it starts.',
    STARTING: 'Its devices are being selected.',
    RUNNING: 'Devices are notified at the push rate.',
    PAUSED: 'No notification leaves; devices that were notified go on.',
    HALTED: 'Too many devices have failed: as PAUSED, by itself; `statusReason` names the figures.',
    FINISHED: 'Every task has ended.',
    CANCELED: 'Ended by a person or a program, with every task that had not ended.',
    FAILED: 'It could not go on; `statusReason` says why.',
  }),
);

export const UploadStateEnum = enumOf(
  'UploadState',
  'What has become of an upload. The last two are final.',
  described(UPLOAD_STATES, {
    RECEIVING: 'Bytes are missing; they may come at any time.',
    FINISHED: 'All bytes are there: a package can be made of it.',
    USED: 'A package has been made of it.',
    REMOVED: 'It is gone: refused, ended, or not used in time.',
  }),
);

export const DynamicBaseEnum = enumOf(
  'DynamicBase',
  'What a dynamic batch goes by.',
  described(DYNAMIC_BASES, {
    VERSION: 'The versions that devices report: each report of a matching one counts, up to `limits.dynamicMatches` times a device.',
    GROUP: 'The group they are in: once a device, and again when it comes back into the group after it has failed.',
  }),
);

export const BatchKindEnum = {
  STATIC: 'static',
  DYNAMIC: 'dynamic',
  VERIFICATION: 'verification',
} as const satisfies Record<string, (typeof BATCH_KINDS)[number]>;
registerEnumType(BatchKindEnum, {
  name: 'BatchKind',
  description: 'What a batch is for.',
  valuesConfig: {
    STATIC: { description: 'The devices that match when it is created.' },
    DYNAMIC: { description: 'Those, and devices that match later, until its policy is canceled.' },
    VERIFICATION: { description: 'A few chosen devices, to try a package on. OTAVerifyJob of Alibaba Cloud IoT.' },
  },
});

export const EditedFieldEnum = {
  PUSH_RATE: 'rate',
  TAGS: 'tags',
  SOURCE_VERSIONS: 'sourceVersions',
  TIMEOUT: 'timeoutMinutes',
  DEFERRAL: 'deferral',
} as const satisfies Record<string, EditedField>;
registerEnumType(EditedFieldEnum, {
  name: 'EditedField',
  description: 'What of a batch can be changed while it runs.',
  valuesConfig: {
    PUSH_RATE: { description: 'The values of its push rate.' },
    TAGS: { description: 'Its tags.' },
    SOURCE_VERSIONS: { description: 'The versions a dynamic batch upgrades from.' },
    TIMEOUT: { description: 'The time-out of tasks that a dynamic batch makes.' },
    DEFERRAL: { description: 'How its tasks may be deferred.' },
  },
});

export const GroupKindEnum = enumOf(
  'GroupKind',
  'How devices come into a group.',
  described(GROUP_KINDS, {
    STATIC: 'People put them in. LINK_PLATFORM of Alibaba Cloud IoT.',
    DYNAMIC: 'By a rule, with each change of a device. LINK_PLATFORM_DYNAMIC of Alibaba Cloud IoT.',
  }),
);

export const GroupStateEnum = enumOf(
  'GroupState',
  'How far the members of a group are.',
  described(GROUP_STATES, {
    READY: 'They are what the rule says; always so for a static group.',
    FILLING: 'The rule is new: devices that were there before are still being compared with it.',
  }),
);

export const GroupRuleFieldEnum = enumOf(
  'GroupRuleField',
  'What a condition of a rule is about.',
  described(GROUP_RULE_FIELDS, {
    PRODUCT: 'The product key.',
    PROVINCE: "The province of the device's region.",
    CITY: "The city of the device's region.",
    TAG: 'The value of the tag `key`.',
    MODULE_VERSION: 'The version that the device reported of `module`. ota_module.name and ota_module.version of Alibaba Cloud IoT.',
  }),
);

export const GroupRuleOperatorEnum = enumOf(
  'GroupRuleOperator',
  'How a condition compares. A device without a value for the field meets none of them.',
  described(GROUP_RULE_OPERATORS, {
    IN: 'The value is one of those given.',
    NOT_IN: 'There is a value, and it is none of those given.',
    PREFIX: 'The value begins with one of those given.',
  }),
);

export const PackageKindEnum = enumOf(
  'PackageKind',
  'What the files of a package are.',
  described(PACKAGE_KINDS, {
    FULL: 'The whole of the new version.',
    DIFFERENTIAL: 'The difference between a source version and the new one.',
  }),
);

export const VerificationStateEnum = enumOf(
  'VerificationState',
  'Whether a package has been tried.',
  described(VERIFICATION_STATES, {
    UNVERIFIED: 'No verification has ended yet.',
    VERIFIED: 'A verification has ended, whatever became of its devices.',
  }),
);

export const KeyPairStepEnum = enumOf('KeyPairStep', "A step of a change of a product's key pair.", {
  PREPARE: 'Makes the next pair; its public key can be read, and nothing is signed with it.',
  SWITCH: 'From now on the next pair signs, also packages that were there before. The one before is gone.',
});

export const SignatureAlgorithmEnum = enumOf(
  'SignatureAlgorithm',
  'How packages are signed with a key.',
  described(SIGNATURE_ALGORITHMS, {
    ED25519: 'Ed25519.',
    ECDSA_P256: 'ECDSA on P-256 with SHA-256; the signature is DER.',
    RSA_PSS: 'RSASSA-PSS with SHA-256, of `limits.rsaBitsMinimum` to `limits.rsaBitsMaximum` bits.',
  }),
);

export const RoleEnum = enumOf(
  'Role',
  'What an API key may do.',
  described(ROLES, {
    ADMINISTRATOR: 'Everything, API keys included.',
    OPERATOR: 'Everything but API keys.',
    VIEWER: 'Read only.',
    APP: 'See, confirm, reject and defer the tasks of its own devices, and nothing else.',
    ISSUER: 'Make tokens for the apps of owners (`createAppToken`), and nothing else.',
  }),
);

export const DialectEnum = enumOf(
  'Dialect',
  'How a device speaks.',
  described(DIALECTS, {
    LINK: 'The Link SDKs of Alibaba Cloud IoT, over MQTT.',
    IOTDA: 'The device SDKs of Huawei Cloud IoTDA, over MQTT.',
    LWM2M: 'LwM2M of OMA, over CoAP.',
  }),
);

export const DigestAlgorithmEnum = enumOf('DigestAlgorithm', 'What a file is checked with.', {
  MD5: 'For devices that know nothing better.',
  SHA256: 'The default.',
});

export const SkipReasonEnum = enumOf('SkipReason', 'Why a task was not re-initiated.', SKIP_REASONS);

export const DeviceListStatusEnum = enumOf(
  'DeviceListStatus',
  'What became of a file of devices.',
  described(LIST_STATUSES, {
    CHECKING: 'It is being read.',
    CLEAN: 'Every row names a device of the product, each another one: a batch can use it.',
    REFUSED: 'Some rows do not; `/lists/<id>/invalid.csv` names them.',
    EXPIRED: 'It is being taken away.',
  }),
);

export const DeviceImportStatusEnum = enumOf(
  'DeviceImportStatus',
  'Where an import of devices is on its way. The last three are final.',
  described(IMPORT_STATUSES, {
    CHECKING: 'The file is being read; no device exists.',
    CREATING: 'All of it was checked; devices are being created, whatever becomes of the process.',
    FINISHED: 'Every device is there; `created` says how many.',
    REFUSED: 'Rows are wrong, and no device was created; `/imports/<id>/invalid.csv` names them.',
    EXPIRED: 'It is being forgotten.',
  }),
);

export const DownloadProtocolEnum = enumOf(
  'DownloadProtocol',
  'How devices get the bytes of a package.',
  described(DOWNLOAD_PROTOCOLS, {
    HTTPS: 'By the address in the notification. The default.',
    MQTT: 'In blocks over their MQTT connection: one file of at most 16 MB. DownloadProtocol of Alibaba Cloud IoT.',
  }),
);

export const EndLimitEnum = enumOf('EndLimit', "What a batch's end waits for.", END_LIMITS);

export const WaitingForEnum = enumOf('WaitingFor', 'What a task that has not ended waits for.', WAITING_FOR);

export const ErrorCodeEnum = enumOf(
  'ErrorCode',
  'Every refusal a caller can meet; also in `extensions.code` of GraphQL errors.',
  ERROR_CODES,
);

export const FailureOriginEnum = { PLATFORM: 'platform', DEVICE: 'device' } as const;
registerEnumType(FailureOriginEnum, {
  name: 'FailureOrigin',
  description: 'Who found out about a failure.',
  valuesConfig: {
    PLATFORM: { description: 'The platform, by waiting or comparing.' },
    DEVICE: { description: 'The device, by saying so.' },
  },
});

type Cause = keyof typeof FAILURE_CAUSES;
const causeTexts = Object.fromEntries(Object.entries(FAILURE_CAUSES).map(([cause, text]) => [cause, text.description])) as Texts<Cause>;
export const FailureCauseEnum = enumOf('FailureCauseCode', 'Why an attempt or a task failed; one catalogue for all dialects.', causeTexts);

export const IgnoredReportReasonEnum = enumOf('IgnoredReportReason', 'Why a report of a device could not be read.', IGNORED_REPORT_REASONS);
