import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { FIXED_LIMITS } from '../../schema/model/limits';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { StoredUpload } from '../../schema/mongo/resumable-uploads';
import type { Viewer } from '../access/viewer';
import { isDuplicateKey } from '../duplicate-key';
import { UserError } from '../errors';
import { type Idempotency, idempotencyOf, madeBefore } from '../idempotency';
import type { NewPackage, PackageUpload } from '../packages/contract';
import { createPackage, type PackageDeps } from '../packages/create';
import { tooManyFiles } from '../packages/refusals';
import { finish } from './finish';
import { HELD, type UploadDeps } from './record';
import { sameCallUnderWay, uploadUnfinished, uploadUnknown } from './refusals';

type Input = NewPackage & { idempotencyKey?: string | null };

/** A minute, for the same call that is under way: it reads the files through. */
const MOST_WAITS = 300;
const WAIT_MS = 200;

/** Uploads are taken first, so that of two packages that ask for one a single one gets it; whatever is refused gives them back. Of two calls with one idempotency key the later one waits. */
export async function createPackageFromUploads(
  deps: UploadDeps & PackageDeps,
  viewer: Viewer,
  input: Input,
  uploadIds: string[],
): Promise<FirmwarePackage> {
  const { resumableUploads, packages } = deps.collections;
  const idempotency = idempotencyOf(viewer, input.idempotencyKey, hashOf(input, uploadIds));
  const before = async () => idempotency && madeBefore(packages, idempotency, deps.clock(), 'package');
  const make = () => createFrom(deps, viewer, input, uploadIds, idempotency);
  for (let waits = 0; ; waits++) {
    const earlier = await before();
    if (earlier) return earlier;
    try {
      return await make();
    } catch (error) {
      if (!idempotency || !(error instanceof UserError && error.code === 'UPLOAD_UNKNOWN')) throw error;
      // The same call may be under way, and has the uploads. It deletes them after it has made the package: they are looked for first.
      const left = await resumableUploads.countDocuments({ _id: { $in: uploadIds }, keyId: viewer.actorId });
      const meanwhile = await before();
      if (meanwhile) return meanwhile;
      if (left < uploadIds.length) throw error;
      if (waits === MOST_WAITS) throw sameCallUnderWay();
      await delay(WAIT_MS);
    }
  }
}

async function createFrom(
  deps: UploadDeps & PackageDeps,
  viewer: Viewer,
  input: Input,
  uploadIds: string[],
  idempotency: Idempotency | null,
): Promise<FirmwarePackage> {
  const { resumableUploads, packages } = deps.collections;
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
