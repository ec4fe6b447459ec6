import { type Connection, createConnection } from 'mongoose';
import { type Collections, collectionsOf } from './collections';
import { endCommandsWithConnection } from './end-with-connection';
import { prepareCollections } from './prepare-collections';

export type { Collections };

export interface Store {
  connection: Connection;
  collections: Collections;
  /** Creates collections, indexes and validators where they are missing or others; may run in several processes at once. */
  ensureIndexes(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  dbName?: string;
  /** Shown in the server's log and in `currentOp`. */
  appName?: string;
  /** Installs the validators of all collections, those that cost too much for production included. */
  validatesAll?: boolean;
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
  const { db } = connection;
  if (!db) throw new Error('The MongoDB connection closed before it was used.');
  return {
    connection,
    collections: collectionsOf(db),
    ensureIndexes: () => prepareCollections(db, options),
    close: () => connection.close(),
  };
}
