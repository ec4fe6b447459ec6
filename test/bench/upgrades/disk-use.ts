import { statSync } from 'node:fs';
import { mongo } from 'mongoose';

/** Bytes on disk, by what they are for. */
export interface DiskUse {
  /** Documents of tasks, as they are in memory and on the wire. */
  taskData: number;
  /** Files of the tasks' collection: compressed. */
  taskFiles: number;
  taskIndexes: number;
  /** Of the operation log: written once for each change, and overwritten when it is full. */
  oplog: number;
  /** The embedded Temporal's SQLite: workflows, their histories and visibility. */
  temporal: number;
}

const NAMES = ['taskData', 'taskFiles', 'taskIndexes', 'oplog', 'temporal'] as const;

export async function diskUse(mongoUri: string, temporalFile: string): Promise<DiskUse> {
  const client = await mongo.MongoClient.connect(mongoUri, { serverSelectionTimeoutMS: 10_000 });
  try {
    // What is in memory only would be missing in the sizes of files.
    await client.db('admin').command({ fsync: 1 });
    const tasks = await statsOf(client.db('updraft').collection('tasks'));
    const oplog = await statsOf(client.db('local').collection('oplog.rs'));
    const temporal = sizeOf(temporalFile) + sizeOf(`${temporalFile}-wal`);
    return { taskData: tasks.size, taskFiles: tasks.storageSize, taskIndexes: tasks.totalIndexSize, oplog: oplog.size, temporal };
  } finally {
    await client.close();
  }
}

/** What one of `count` upgrades has added. */
export const diskEach = (before: DiskUse, after: DiskUse, count: number): DiskUse =>
  Object.fromEntries(NAMES.map((name) => [name, (after[name] - before[name]) / count])) as unknown as DiskUse;

type Stats = Record<'size' | 'storageSize' | 'totalIndexSize', number>;

async function statsOf(collection: mongo.Collection): Promise<Stats> {
  const [stats] = await collection.aggregate<{ storageStats: Stats }>([{ $collStats: { storageStats: {} } }]).toArray();
  return stats?.storageStats ?? { size: 0, storageSize: 0, totalIndexSize: 0 };
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
