import type { StoredUpload } from '../../schema/mongo/resumable-uploads';
import { digestMismatch } from '../packages/refusals';
import { discard, HELD, type UploadDeps } from './record';

/** When all bytes are there: checks the declared digest and makes the parts a file. May be repeated, after a crash for example. */
export async function finish(deps: UploadDeps, upload: StoredUpload): Promise<StoredUpload> {
  const { _id, size, handle, declared, digests, state, offset } = upload;
  if (state !== 'RECEIVING' || offset < size || !digests) return upload;
  if (declared && digests[declared.algorithm] !== declared.hex) {
    await discard(deps, { _id, state: HELD });
    throw digestMismatch(declared.algorithm);
  }
  await deps.files.complete({ fileId: _id, handle }, size);
  const now = deps.clock();
  await deps.collections.resumableUploads.updateOne(
    { _id, state: 'RECEIVING' },
    { $set: { state: 'FINISHED', renewedAt: now, tail: null, hashes: null } },
  );
  return { ...upload, state: 'FINISHED', renewedAt: now };
}
