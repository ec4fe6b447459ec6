import type { mongo } from 'mongoose';
import type { AuditEntry } from '../../schema/model/audit';
import type { Batch } from '../../schema/model/batch/batch';
import type { Group } from '../../schema/model/device/group';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { Task } from '../../schema/model/task/task';
import type { StoredCell } from '../../schema/mongo/cells';
import type { StoredImport } from '../../schema/mongo/device-imports';
import type { StoredDevice } from '../../schema/mongo/devices';
import type { StoredUpload } from '../../schema/mongo/resumable-uploads';

export interface LiveCollections {
  tasks: mongo.Collection<Task>;
  devices: mongo.Collection<StoredDevice>;
  batches: mongo.Collection<Batch>;
  resumableUploads: mongo.Collection<StoredUpload>;
  deviceImports: mongo.Collection<StoredImport>;
  packages: mongo.Collection<FirmwarePackage>;
  cells: mongo.Collection<StoredCell>;
  groups: mongo.Collection<Group>;
  auditEntries: mongo.Collection<AuditEntry>;
}

export interface LiveLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface LiveSource {
  db: mongo.Db;
  collections: LiveCollections;
  logger: LiveLog;
  /** Which changes; those of all feeds that are always there when not given. */
  follows?: object;
}

/** A changed document, without its content: that is read when somebody wants it. */
export interface Change {
  _id: { _data: string };
  ns: { coll: string };
  documentKey: { _id: string };
  operationType: string;
  /** Of a device that was registered with an owner. */
  fullDocument?: { owner?: string };
  /** Of a device that was given one. */
  updateDescription?: { updatedFields?: { owner?: string } };
}

type Stream = mongo.ChangeStream<Change, Change & mongo.ChangeStreamDocument>;

/** The database was dropped: the log of this stream ends here. */
class StreamInvalidated extends Error {}

/** Changes one by one. */
export interface Tail {
  /** The next change, or null after `awaitMs` without any. */
  next(): Promise<Change | null>;
  /** Everything up to here was given by `next`. */
  cursor(): string | null;
  close(): Promise<void>;
}

export const CHANGES = ['insert', 'update', 'replace', 'delete'];
/** An ended stream gives null at once instead of failing: after so many in a row it is taken for ended. */
const NULLS_AT_ONCE = 5;

const PROJECTION = { ns: 1, documentKey: 1, operationType: 1, 'fullDocument.owner': 1, 'updateDescription.updatedFields.owner': 1 };

/** Devices change all the time; here only as far as it matters whose they are. */
const changesOfOwners = ({ devices }: LiveCollections) => ({
  'ns.coll': devices.collectionName,
  $or: [
    { operationType: 'insert', 'fullDocument.owner': { $exists: true } },
    {
      operationType: 'update',
      $or: [{ 'updateDescription.updatedFields.owner': { $exists: true } }, { 'updateDescription.removedFields': 'owner' }],
    },
    { operationType: 'delete' },
  ],
});

/** The same stream for following and for catching up: a token is only good for what it came from. */
export function tailOf({ db, collections, follows }: LiveSource, after: string | null, awaitMs: number): Tail {
  const { tasks, batches, resumableUploads, deviceImports, cells, groups } = collections;
  const followed = [tasks, batches, resumableUploads, deviceImports, cells, groups];
  const names = followed.map(({ collectionName }) => collectionName);
  // Sealing changes each once more, which is no news.
  const added = { 'ns.coll': collections.auditEntries.collectionName, operationType: 'insert' };
  const ofOurs = { 'ns.coll': { $in: names }, operationType: { $in: CHANGES } };
  const stream: Stream = db.watch<Change, Change & mongo.ChangeStreamDocument>(
    [
      { $match: { $or: [...(follows ? [follows] : [ofOurs, added, changesOfOwners(collections)]), { operationType: 'invalidate' }] } },
      { $project: PROJECTION },
    ],
    { maxAwaitTimeMS: awaitMs, batchSize: 1_000, ...(after !== null && { resumeAfter: { _data: after } }) },
  );
  let nulls = 0;
  return {
    async next() {
      const began = performance.now();
      const change = await stream.tryNext();
      nulls = change || performance.now() - began > awaitMs / 2 ? 0 : nulls + 1;
      if (nulls > NULLS_AT_ONCE) throw new Error('The change stream has ended.');
      if (change?.operationType === 'invalidate') throw new StreamInvalidated('The database was dropped.');
      return change;
    },
    cursor: () => cursorOf(stream),
    close: () => stream.close().catch(() => undefined),
  };
}

const cursorOf = (stream: { resumeToken: unknown }): string | null => {
  const token = stream.resumeToken as { _data?: unknown } | null | undefined;
  return typeof token?._data === 'string' ? token._data : null;
};

/** ChangeStreamHistoryLost, ChangeStreamFatalError, InvalidResumeToken, CappedPositionLost: the log does not go back there. */
const LOST = new Set<unknown>([286, 280, 260, 136]);
export const isLost = (error: unknown): boolean =>
  error instanceof StreamInvalidated || LOST.has((error as { code?: unknown } | null)?.code);
