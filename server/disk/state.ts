import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { mongo } from 'mongoose';
import type { DiskState } from '../../core/disk-room';

const DATABASE_TIMEOUT_MS = 2_000;

/** The disk under the data directory; of two, where the database's folder is a mount of its own, the one with less room. */
export async function diskState(dataDir: string): Promise<DiskState | null> {
  const [own, ofMongo] = await Promise.all([stateOf(dataDir), stateOf(join(dataDir, 'mongo'))]);
  return less(own, ofMongo);
}

/** The disk of a MongoDB that runs elsewhere, as far as it tells. */
export async function databaseDiskState(db: mongo.Db): Promise<DiskState | null> {
  const { fsTotalSize, fsUsedSize } = await db.command({ dbStats: 1, maxTimeMS: DATABASE_TIMEOUT_MS });
  if (typeof fsTotalSize !== 'number' || typeof fsUsedSize !== 'number' || fsTotalSize <= 0) return null;
  return { freeBytes: fsTotalSize - fsUsedSize, totalBytes: fsTotalSize };
}

export const less = (one: DiskState | null, other: DiskState | null): DiskState | null =>
  one === null || (other !== null && other.freeBytes < one.freeBytes) ? other : one;

async function stateOf(path: string): Promise<DiskState | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return null;
  }
}
