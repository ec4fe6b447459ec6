import type { Upload } from '../../schema/model/package/upload';
import type { StoredUpload } from '../../schema/mongo/resumable-uploads';
import { requireRole } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import { UserError } from '../errors';
import type { PackageDeps } from '../packages/create';
import { fileRoom } from '../packages/file-room';
import { append } from './append';
import type { UploadService } from './contract';
import { createUpload } from './create';
import { createPackageFromUploads } from './create-package';
import { finish } from './finish';
import { discard, HELD, type UploadDeps } from './record';
import { uploadOffset, uploadUnknown } from './refusals';

/** Uploads that resume (R-PKG-12). To each key only its own exist. */
export function createUploadService(deps: UploadDeps & PackageDeps): UploadService {
  return {
    async create(viewer, input) {
      requireRole(viewer, 'OPERATOR');
      return shown(await createUpload(deps, viewer, input));
    },
    async get(viewer, id) {
      requireRole(viewer, 'OPERATOR');
      const upload = await ownUpload(deps, viewer, id);
      return upload && shown(await finish(deps, upload));
    },
    async append(viewer, id, offset, source) {
      requireRole(viewer, 'OPERATOR');
      const upload = await ownUpload(deps, viewer, id);
      if (!upload) throw uploadUnknown('id');
      if (upload.offset !== offset || upload.state !== 'RECEIVING') throw uploadOffset();
      try {
        return shown(await finish(deps, await append(deps, upload, source)));
      } catch (error) {
        const stays = error instanceof UserError && (error.code === 'UPLOAD_OFFSET' || error.code === 'DISK_FULL');
        if (error instanceof UserError && !stays) await discard(deps, { _id: id, state: HELD });
        throw await fileRoom(deps).cause(error);
      }
    },
    async remove(viewer, id) {
      requireRole(viewer, 'OPERATOR');
      const removed = await discard(deps, { _id: id, keyId: viewer.actorId, state: HELD });
      if (!removed) throw uploadUnknown('id');
    },
    async createPackage(viewer, input, uploadIds) {
      requireRole(viewer, 'OPERATOR');
      return createPackageFromUploads(deps, viewer, input, uploadIds);
    },
  };
}

const ownUpload = ({ collections }: UploadDeps, { actorId }: Viewer, _id: string): Promise<StoredUpload | null> =>
  collections.resumableUploads.findOne({ _id, keyId: actorId, state: HELD }, { promoteBuffers: true });

function shown({ _id, keyId, fileName, size, offset, received, state, digests, createdAt, renewedAt }: StoredUpload): Upload {
  return { _id, keyId, fileName, size, offset, received, state, digests, createdAt, renewedAt };
}
