import type { Connection } from 'mongoose';
import { apiKeySchema } from './api-keys';
import { batchSchema } from './batches';
import { deviceImportPieceSchema, deviceImportProblemSchema, deviceImportSchema } from './device-imports';
import { deviceListProblemSchema, deviceListRowSchema, deviceListSchema } from './device-lists';
import { deviceSchema } from './devices';
import { gatewaySchema } from './gateways';
import { groupSchema } from './groups';
import { packageSchema } from './packages';
import { productSchema } from './products';
import { resumableUploadSchema } from './resumable-uploads';
import { secretResetSchema } from './secret-resets';
import { secureUpdateSchema } from './secure-updates';
import { sessionEndSchema } from './session-ends';
import { settingSchema } from './settings';
import { signingKeySchema } from './signing-keys';
import { taskSchema } from './tasks';
import { uploadSchema } from './uploads';
import { versionCountSchema } from './version-counts';

export const modelsOf = (connection: Connection) => ({
  tasks: connection.model('Task', taskSchema),
  batches: connection.model('Batch', batchSchema),
  devices: connection.model('Device', deviceSchema),
  products: connection.model('Product', productSchema),
  packages: connection.model('FirmwarePackage', packageSchema),
  apiKeys: connection.model('ApiKey', apiKeySchema),
  signingKeys: connection.model('SigningKey', signingKeySchema),
  secureUpdates: connection.model('SecureUpdate', secureUpdateSchema),
  settings: connection.model('Setting', settingSchema),
  gateways: connection.model('Gateway', gatewaySchema),
  versionCounts: connection.model('VersionCount', versionCountSchema),
  groups: connection.model('Group', groupSchema),
  deviceLists: connection.model('DeviceList', deviceListSchema),
  deviceListRows: connection.model('DeviceListRow', deviceListRowSchema),
  deviceListProblems: connection.model('DeviceListProblem', deviceListProblemSchema),
  deviceImports: connection.model('DeviceImport', deviceImportSchema),
  deviceImportPieces: connection.model('DeviceImportPiece', deviceImportPieceSchema),
  deviceImportProblems: connection.model('DeviceImportProblem', deviceImportProblemSchema),
  sessionEnds: connection.model('SessionEnd', sessionEndSchema),
  secretResets: connection.model('SecretReset', secretResetSchema),
  uploads: connection.model('Upload', uploadSchema),
  resumableUploads: connection.model('ResumableUpload', resumableUploadSchema),
});

/** For inserts that are checked against their schema, and for whatever is not hot. */
export type Models = ReturnType<typeof modelsOf>;
