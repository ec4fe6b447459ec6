import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Readable } from 'node:stream';
import type { DataStore, Upload } from '@tus/server' with { 'resolution-mode': 'import' };
import type { Viewer } from '../../core/access/viewer';
import type { UploadService } from '../../core/uploads/contract';
import { uploadUnknown } from '../../core/uploads/refusals';
import type { Upload as StoredUpload } from '../../schema/model/package/upload';

const HOUR_MS = 60 * 60_000;

/** What the protocol's handlers ask of a store, answered by core for the viewer of the request. */
export async function createTusStore(uploads: UploadService, viewers: AsyncLocalStorage<Viewer>, uploadHours: number): Promise<DataStore> {
  const tus = await import('@tus/server');
  /** A request that was cut may still be writing down what came of it, when the next one asks how far it got. */
  const settling = new Map<string, Promise<unknown>>();
  const viewer = (): Viewer => {
    const known = viewers.getStore();
    if (!known) throw new Error('An upload came this far without a viewer.');
    return known;
  };

  return Object.assign(new tus.DataStore(), {
    extensions: ['creation', 'creation-with-upload', 'termination', 'expiration'],
    getExpiration: () => uploadHours * HOUR_MS,

    async create(upload: Upload): Promise<Upload> {
      const { filename, digest, signature } = upload.metadata ?? {};
      const file = { fileName: filename ?? '', declaredDigest: digest || null, signature: signature || null };
      const created = await uploads.create(viewer(), { ...file, size: upload.size ?? -1 });
      upload.id = created._id;
      return Object.assign(upload, shown(created));
    },

    async getUpload(id: string): Promise<Upload> {
      await settling.get(id);
      const upload = await uploads.get(viewer(), id);
      if (!upload) throw uploadUnknown('id');
      return new tus.Upload({ id, ...shown(upload) });
    },

    async write(stream: Readable, id: string, offset: number): Promise<number> {
      const writing = uploads.append(viewer(), id, offset, stream);
      const settled = writing.then(
        () => undefined,
        () => undefined,
      );
      settling.set(id, settled);
      try {
        return (await writing).offset;
      } finally {
        if (settling.get(id) === settled) settling.delete(id);
      }
    },

    remove: (id: string) => uploads.remove(viewer(), id),
  });
}

/** It expires so long after its last byte, which to the handlers is the time of its creation. */
const shown = ({ size, offset, fileName, renewedAt }: StoredUpload) => ({
  size,
  offset,
  metadata: { filename: fileName },
  creation_date: renewedAt.toISOString(),
});
