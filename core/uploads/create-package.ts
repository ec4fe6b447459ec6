import { createHash } from 'node:crypto';
import { FIXED_LIMITS } from '../../schema/model/limits';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { StoredUpload } from '../../schema/mongo/resumable-uploads';
import type { Viewer } from '../access/viewer';
import { isDuplicateKey } from '../duplicate-key';
import { idempotencyOf, madeBefore } from '../idempotency';
import type { NewPackage, PackageUpload } from '../packages/contract';
import { createPackage, type PackageDeps } from '../packages/create';
import { tooManyFiles } from '../packages/refusals';
import { finish } from './finish';
import { HELD, type UploadDeps } from './record';
import { uploadUnfinished, uploadUnknown } from './refusals';

type Input = NewPackage & { idempotencyKey?: string | null };

/** Uploads are taken first, so that of two packages that ask for one a single one gets it; whatever is refused gives them back. */
export async function createPackageFromUploads(
  deps: UploadDeps & PackageDeps,
  viewer: Viewer,
  input: Input,
  uploadIds: string[],
): Promise<FirmwarePackage> {
  const { resumableUploads, packages } = deps.collections;
  const idempotency = idempotencyOf(viewer, input.idempotencyKey, hashOf(input, uploadIds));
  const earlier = idempotency && (await madeBefore(packages, idempotency, deps.clock(), 'package'));
  if (earlier) return earlier;
  if (uploadIds.length > FIXED_LIMITS.packageFiles) throw tooManyFiles();
  const taken: StoredUpload[] = [];
  try {
    for (const [index, uploadId] of uploadIds.entries()) taken.push(await take(deps, viewer, uploadId, fieldOf(uploadIds, index)));
    const firmware = await createPackage(deps, viewer, input, filesOf(deps, taken), { idempotency });
    await resumableUploads.deleteMany({ _id: { $in: taken.map(({ _id }) => _id) } });
    return firmware;
  } catch (error) {
    await resumableUploads.updateMany({ _id: { $in: taken.map(({ _id }) => _id) }, state: 'USED' }, { $set: { state: 'FINISHED' } });
    const same = idempotency && isDuplicateKey(error) ? await madeBefore(packages, idempotency, deps.clock(), 'package') : null;
    if (same) return same;
    throw error;
  }
}

const fieldOf = (uploadIds: string[], index: number): string => (uploadIds.length === 1 ? 'uploadId' : `uploadIds[${index}]`);

async function take(deps: UploadDeps, { actorId }: Viewer, _id: string, field: string): Promise<StoredUpload> {
  const { resumableUploads } = deps.collections;
  const upload = await resumableUploads.findOne({ _id, keyId: actorId, state: HELD }, { promoteBuffers: true });
  if (!upload) throw uploadUnknown(field);
  const { state, size, offset } = await finish(deps, upload);
  if (state !== 'FINISHED') throw uploadUnfinished(field, size - offset);
  const taken = await resumableUploads.findOneAndUpdate({ _id, keyId: actorId, state: 'FINISHED' }, { $set: { state: 'USED' } });
  if (!taken) throw uploadUnknown(field);
  return taken;
}

async function* filesOf({ files }: UploadDeps, uploads: readonly StoredUpload[]): AsyncGenerator<PackageUpload> {
  for (const { _id, fileName, size, digests, signature } of uploads) {
    if (!digests) throw new Error(`The finished upload ${_id} has no digests.`);
    const stored = { fileId: _id, size, ...digests };
    yield { name: fileName, stream: files.read(_id, { start: 0, end: size - 1 }), signature, stored };
  }
}

function hashOf({ idempotencyKey: _, ...input }: Input, uploadIds: string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([input, uploadIds]))
    .digest('hex');
}
