import type { UploadState } from '../../schema/model/package/upload';
import type { Collections } from '../../schema/mongo/connect';
import type { StoredUpload } from '../../schema/mongo/resumable-uploads';
import type { Clock } from '../clock';
import type { DiskRoom } from '../disk-room';
import type { PackageStore } from '../ports';
import type { CoreSettings } from '../settings';

export interface UploadDeps {
  collections: Pick<Collections, 'resumableUploads' | 'packages'>;
  files: PackageStore;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
  /** Without end when not given. */
  disk?: DiskRoom;
}

/** States of an upload that its key still has. */
export const HELD = { $in: ['RECEIVING', 'FINISHED'] satisfies UploadState[] };

/** What one checkpoint writes: it is all of one moment. */
export type Checkpoint = Pick<StoredUpload, 'offset' | 'hashes' | 'tail' | 'digests'>;

/** Takes the upload over from whoever wrote to it before. Null when it moved on meanwhile. */
export const takeOver = (
  { collections, clock }: UploadDeps,
  { _id, offset, writer }: StoredUpload,
  by: string,
): Promise<StoredUpload | null> =>
  collections.resumableUploads.findOneAndUpdate(
    { _id, offset, writer, state: 'RECEIVING' },
    { $set: { writer: by, renewedAt: clock(), received: offset } },
    { returnDocument: 'after', promoteBuffers: true },
  );

/** False when another writer has taken the upload over, or it is gone. */
export async function save(
  { collections, clock }: UploadDeps,
  { _id, writer }: StoredUpload,
  checkpoint: Partial<Checkpoint>,
  received: number,
): Promise<boolean> {
  const { matchedCount } = await collections.resumableUploads.updateOne(
    { _id, writer, state: 'RECEIVING' },
    { $set: { ...checkpoint, received, renewedAt: clock() } },
  );
  return matchedCount === 1;
}

/**
 * Ends an upload with its bytes. Marked first, so that no writer goes on and a crash leaves a mark for the sweep. False when it
 * was not there, or not in one of `states`.
 */
export async function discard(
  { collections, files, clock }: UploadDeps,
  filter: Partial<Pick<StoredUpload, '_id' | 'keyId' | 'writer'>> & { state: object },
): Promise<boolean> {
  const { resumableUploads } = collections;
  const marked = await resumableUploads.findOneAndUpdate(
    filter,
    { $set: { state: 'REMOVED', writer: '', renewedAt: clock() } },
    { projection: { _id: 1 } },
  );
  if (!marked) return false;
  await files.delete(marked._id);
  await resumableUploads.deleteOne({ _id: marked._id });
  return true;
}
