import type { mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch';
import type { Task } from '../../schema/model/task';

export interface LiveCollections {
  tasks: mongo.Collection<Task>;
  batches: mongo.Collection<Batch>;
}

export interface LiveLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface LiveSource {
  db: mongo.Db;
  collections: LiveCollections;
  logger: LiveLog;
}

/** A changed document, without its content: that is read when somebody wants it. */
export interface Change {
  _id: { _data: string };
  ns: { coll: string };
  documentKey: { _id: string };
}

/** The same stream for following and for catching up: a token is only good for what it came from. */
export function watchChanges(
  { db, collections }: LiveSource,
  after: string | null,
  maxAwaitTimeMS: number,
): mongo.ChangeStream<Change, Change & mongo.ChangeStreamDocument> {
  return db.watch<Change, Change & mongo.ChangeStreamDocument>(
    [
      {
        $match: {
          'ns.coll': { $in: [collections.tasks.collectionName, collections.batches.collectionName] },
          operationType: { $in: ['insert', 'update', 'replace', 'delete'] },
        },
      },
      { $project: { ns: 1, documentKey: 1 } },
    ],
    { maxAwaitTimeMS, batchSize: 1_000, ...(after !== null && { resumeAfter: { _data: after } }) },
  );
}

export const cursorOf = (stream: { resumeToken: unknown }): string | null => {
  const token = stream.resumeToken as { _data?: unknown } | null | undefined;
  return typeof token?._data === 'string' ? token._data : null;
};

/** ChangeStreamHistoryLost, ChangeStreamFatalError, InvalidResumeToken, CappedPositionLost: the log does not go back there. */
const LOST = new Set<unknown>([286, 280, 260, 136]);
export const isLost = (error: unknown): boolean => LOST.has((error as { code?: unknown } | null)?.code);
