import type { mongo } from 'mongoose';
import { apiKeySchema } from './api-keys';
import { auditActorSchema, auditCheckpointSchema, auditEntrySchema, auditSegmentSchema } from './audit';
import { batchSchema } from './batches';
import { browserSessionSchema, signInLinkSchema } from './browser-sessions';
import { callSchema } from './calls';
import { cellSchema } from './cells';
import type { CollectionSchema } from './declaration';
import { deviceImportPieceSchema, deviceImportProblemSchema, deviceImportSchema } from './device-imports';
import { deviceListProblemSchema, deviceListRowSchema, deviceListSchema } from './device-lists';
import { deviceSchema } from './devices';
import { downloadTokenSchema } from './download-tokens';
import { gatewaySchema } from './gateways';
import { groupSchema } from './groups';
import { packageSchema } from './packages';
import { pairingCodeSchema, pairingTriesSchema } from './pairing-codes';
import { personSchema } from './people';
import { presenceHistorySchema } from './presence-histories';
import { productSchema } from './products';
import { registrationSchema } from './registrations';
import { resumableUploadSchema } from './resumable-uploads';
import { secretResetSchema } from './secret-resets';
import { secureUpdateSchema } from './secure-updates';
import { seriesSampleSchema } from './series';
import { sessionEndSchema } from './session-ends';
import { settingSchema } from './settings';
import { signingKeySchema } from './signing-keys';
import { taskSchema } from './tasks';
import { uploadSchema } from './uploads';
import { versionCountSchema } from './version-counts';

/** The declaration of each collection, by the collection's name: its documents' type, its indexes and its validator come from it. */
export const SCHEMAS = {
  tasks: taskSchema,
  batches: batchSchema,
  devices: deviceSchema,
  products: productSchema,
  packages: packageSchema,
  apiKeys: apiKeySchema,
  people: personSchema,
  browserSessions: browserSessionSchema,
  signInLinks: signInLinkSchema,
  pairingCodes: pairingCodeSchema,
  pairingTries: pairingTriesSchema,
  signingKeys: signingKeySchema,
  secureUpdates: secureUpdateSchema,
  settings: settingSchema,
  gateways: gatewaySchema,
  versionCounts: versionCountSchema,
  groups: groupSchema,
  deviceLists: deviceListSchema,
  deviceListRows: deviceListRowSchema,
  deviceListProblems: deviceListProblemSchema,
  deviceImports: deviceImportSchema,
  deviceImportPieces: deviceImportPieceSchema,
  deviceImportProblems: deviceImportProblemSchema,
  sessionEnds: sessionEndSchema,
  registrations: registrationSchema,
  cells: cellSchema,
  calls: callSchema,
  secretResets: secretResetSchema,
  downloadTokens: downloadTokenSchema,
  uploads: uploadSchema,
  auditEntries: auditEntrySchema,
  auditSegments: auditSegmentSchema,
  auditCheckpoints: auditCheckpointSchema,
  auditActors: auditActorSchema,
  resumableUploads: resumableUploadSchema,
  seriesSamples: seriesSampleSchema,
  presenceHistories: presenceHistorySchema,
};

export type CollectionName = keyof typeof SCHEMAS;

type DocumentOf<S> = S extends CollectionSchema<infer T> ? T : never;

/** The driver's collections, for every path: nothing is hydrated, cast or watched here. */
export type Collections = { [N in CollectionName]: mongo.Collection<DocumentOf<(typeof SCHEMAS)[N]>> };

export const collectionsOf = (db: mongo.Db): Collections =>
  Object.fromEntries(Object.keys(SCHEMAS).map((name) => [name, db.collection(name)])) as unknown as Collections;

/**
 * Collections without a validator: it costs 14 % of mongod's time for an update of a task and 29 % for the insert of a device, more than the
 * 3 % of an upgrade or an import that it may. Tests install them all.
 */
export const UNVALIDATED: ReadonlySet<CollectionName> = new Set(['tasks', 'devices']);

/**
 * Raised with each change of a declaration, which a test makes sure of: of two versions that run side by side during an update the newer
 * one's validators stay. What a version adds is optional in it, since processes of the version before still write without.
 */
export const DECLARATIONS_REVISION = 21;
