import type { Limits } from '../../schema/model/limits';
import type { StoredUpload } from '../../schema/mongo/resumable-uploads';
import type { Viewer } from '../access/viewer';
import { UserError } from '../errors';
import { newFileId } from '../package-store/gridfs-store';
import { empty, tooLarge } from '../packages/checked-stream';
import { fileRoom } from '../packages/file-room';
import { refuseUpload } from '../packages/new-package';
import type { NewUpload } from './contract';
import { discard, type UploadDeps } from './record';
import { uploadQuota } from './refusals';

/** Refuses what can be refused before a byte arrives: name, format by name, size, digest, number of uploads, room on the disk. */
export async function createUpload(deps: UploadDeps, viewer: Viewer, input: NewUpload): Promise<StoredUpload> {
  const { collections, files, settings, clock } = deps;
  const { declared } = refuseUpload({ name: input.fileName, declaredDigest: input.declaredDigest, signature: input.signature });
  if (input.size === 0) throw empty();
  if (!Number.isSafeInteger(input.size) || input.size < 0) throw lengthMissing();
  if (input.size > settings.limits.fileBytes) throw tooLarge(settings.limits.fileBytes);
  await fileRoom(deps).require(input.size);
  const _id = newFileId();
  const now = clock();
  const upload: StoredUpload = {
    _id,
    keyId: viewer.actorId,
    fileName: input.fileName,
    size: input.size,
    offset: 0,
    received: 0,
    state: 'RECEIVING',
    digests: null,
    createdAt: now,
    renewedAt: now,
    handle: '',
    declared,
    signature: input.signature ?? null,
    writer: '',
    tail: null,
    hashes: null,
  };
  // The record first, counted with the others: of two that come at once into the last place none gets in, never both.
  await collections.resumableUploads.insertOne(upload);
  try {
    await requireRoom(deps, viewer, settings.limits);
    const handle = await files.begin(_id);
    await collections.resumableUploads.updateOne({ _id }, { $set: { handle } });
    return { ...upload, handle };
  } catch (error) {
    await discard(deps, { _id, state: { $exists: true } });
    throw error;
  }
}

async function requireRoom({ collections }: UploadDeps, { actorId }: Viewer, limits: Limits): Promise<void> {
  const { resumableUploads } = collections;
  if ((await resumableUploads.countDocuments({ keyId: actorId })) > limits.uploadsPerKey)
    throw uploadQuota(limits.uploadsPerKey, 'of this API key');
  if ((await resumableUploads.countDocuments()) > limits.uploads) throw uploadQuota(limits.uploads, 'in all');
}

const lengthMissing = (): UserError =>
  new UserError('REQUIRED', {
    field: 'Upload-Length',
    message: 'The upload does not say how long it is.',
    hint: 'Send the file’s length in bytes as Upload-Length.',
  });
