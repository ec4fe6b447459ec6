import type { UploadState } from '../../schema/model/package/upload';
import type { UploadProgressEvent } from './events';
import { createSnapshotFeed, type Snapshot, type SnapshotFeed } from './snapshot-feed';
import type { LiveSource } from './source';

const PROJECTION = { _id: 0, received: 1, offset: 1, size: 1, state: 1 } as const;
const OVER: ReadonlySet<UploadState> = new Set(['USED', 'REMOVED']);

/** R-PKG-12. The record of an upload says how far it got, whichever process takes its bytes. */
export const createUploadFeed = (source: LiveSource, position: () => string): SnapshotFeed<UploadProgressEvent> =>
  createSnapshotFeed((uploadId, cursor, latest) => progressOf(source, uploadId, cursor, latest), position, source.logger);

async function progressOf(
  { collections }: LiveSource,
  uploadId: string,
  cursor: string,
  latest: UploadProgressEvent | null,
): Promise<Snapshot<UploadProgressEvent> | null> {
  const found = await collections.resumableUploads.findOne<Omit<UploadProgressEvent, 'kind' | 'uploadId' | 'cursor'>>(
    { _id: uploadId },
    { projection: PROJECTION },
  );
  // Taken by a package: that may still be refused, and then it is finished as before.
  if (found?.state === 'USED') return null;
  if (found) return { event: { kind: 'progress', uploadId, ...found, cursor }, isLast: OVER.has(found.state) };
  const isUsed = await collections.packages.findOne({ 'files.fileId': uploadId }, { projection: { _id: 1 } });
  const { received, offset, size } = latest ?? { received: 0, offset: 0, size: 0 };
  return { event: { kind: 'progress', uploadId, received, offset, size, state: isUsed ? 'USED' : 'REMOVED', cursor }, isLast: true };
}
