import { type Connection, createConnection, type mongo } from 'mongoose';
import type { ApiKey } from '../model/access';
import type { Batch } from '../model/batch/batch';
import type { DeviceImportProblem } from '../model/device/device-import';
import type { DeviceList, DeviceListProblem } from '../model/device/device-list';
import type { Group } from '../model/device/group';
import type { FirmwarePackage, Product, SigningKey } from '../model/fleet';
import type { Task } from '../model/task/task';
import type { ImportPiece, StoredImport } from './device-imports';
import type { DeviceListRow } from './device-lists';
import type { StoredDevice } from './devices';
import { endCommandsWithConnection } from './end-with-connection';
import type { GatewayRecord } from './gateways';
import { type Models, modelsOf } from './models';
import type { StoredUpload } from './resumable-uploads';
import type { SecretReset } from './secret-resets';
import type { StoredSecureUpdate } from './secure-updates';
import type { SessionEnd } from './session-ends';
import type { Setting } from './settings';
import type { Upload } from './uploads';
import type { VersionCountRow } from './version-counts';

/** The driver's collections under the models, for hot paths: nothing is hydrated, cast or watched. */
export interface Collections {
  tasks: mongo.Collection<Task>;
  batches: mongo.Collection<Batch>;
  devices: mongo.Collection<StoredDevice>;
  products: mongo.Collection<Product>;
  packages: mongo.Collection<FirmwarePackage>;
  apiKeys: mongo.Collection<ApiKey>;
  signingKeys: mongo.Collection<SigningKey>;
  secureUpdates: mongo.Collection<StoredSecureUpdate>;
  settings: mongo.Collection<Setting>;
  gateways: mongo.Collection<GatewayRecord>;
  versionCounts: mongo.Collection<VersionCountRow>;
  groups: mongo.Collection<Group>;
  deviceLists: mongo.Collection<DeviceList>;
  deviceListRows: mongo.Collection<DeviceListRow>;
  deviceListProblems: mongo.Collection<DeviceListProblem>;
  deviceImports: mongo.Collection<StoredImport>;
  deviceImportPieces: mongo.Collection<ImportPiece>;
  deviceImportProblems: mongo.Collection<DeviceImportProblem>;
  sessionEnds: mongo.Collection<SessionEnd>;
  secretResets: mongo.Collection<SecretReset>;
  uploads: mongo.Collection<Upload>;
  resumableUploads: mongo.Collection<StoredUpload>;
}

export interface Store {
  connection: Connection;
  models: Models;
  collections: Collections;
  /** Creates collections and indexes; may run in several processes at once. */
  ensureIndexes(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  dbName?: string;
  /** Shown in the server's log and in `currentOp`. */
  appName?: string;
}

/** Rejects after 30 s without a server. Needs a replica set (of one): for transactions and change streams. */
export async function connectStore(uri: string, options: StoreOptions = {}): Promise<Store> {
  endCommandsWithConnection();
  const connection = await createConnection(uri, {
    dbName: options.dbName,
    appName: options.appName ?? 'updraft',
    serverSelectionTimeoutMS: 30_000,
    connectTimeoutMS: 10_000,
    /** Longer than the slowest command, the selection of a million devices. */
    socketTimeoutMS: 300_000,
    waitQueueTimeoutMS: 30_000,
    maxPoolSize: 50,
    retryWrites: true,
    retryReads: true,
    writeConcern: { w: 'majority', journal: true },
    bufferCommands: false,
  }).asPromise();
  const models = modelsOf(connection);
  return {
    connection,
    models,
    collections: collectionsOf(connection),
    ensureIndexes: async () => {
      await Promise.all(
        Object.values(models).map(async (model) => {
          await model.createCollection();
          await model.createIndexes();
        }),
      );
    },
    close: () => connection.close(),
  };
}

function collectionsOf(connection: Connection): Collections {
  const db = connection.db;
  if (!db) throw new Error('The MongoDB connection closed before it was used.');
  return {
    tasks: db.collection('tasks'),
    batches: db.collection('batches'),
    devices: db.collection('devices'),
    products: db.collection('products'),
    packages: db.collection('packages'),
    apiKeys: db.collection('apiKeys'),
    signingKeys: db.collection('signingKeys'),
    secureUpdates: db.collection('secureUpdates'),
    settings: db.collection('settings'),
    gateways: db.collection('gateways'),
    versionCounts: db.collection('versionCounts'),
    groups: db.collection('groups'),
    deviceLists: db.collection('deviceLists'),
    deviceListRows: db.collection('deviceListRows'),
    deviceListProblems: db.collection('deviceListProblems'),
    deviceImports: db.collection('deviceImports'),
    deviceImportPieces: db.collection('deviceImportPieces'),
    deviceImportProblems: db.collection('deviceImportProblems'),
    sessionEnds: db.collection('sessionEnds'),
    secretResets: db.collection('secretResets'),
    uploads: db.collection('uploads'),
    resumableUploads: db.collection('resumableUploads'),
  };
}
