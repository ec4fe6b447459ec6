import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { formatOf, MAGIC_BYTES_NEEDED } from '../../schema/model/package/package-format';
import type { StoredUpload } from '../../schema/mongo/resumable-uploads';
import { UserError } from '../errors';
import { createPartBuffer } from '../package-store/part-buffer';
import { proven } from '../packages/checked-stream';
import { fileRoom } from '../packages/file-room';
import { resumableDigests } from './digests';
import { type Checkpoint, save, takeOver, type UploadDeps } from './record';
import { uploadOffset, uploadTooLong } from './refusals';

/** A process that is killed loses what came after the last checkpoint: at most so much, or so long, and the part under way. */
const UNSAVED_BYTES = 8 * 1024 * 1024;
const UNSAVED_MS = 500;

/**
 * Takes bytes until `source` ends, however it ends: whatever came is kept, and the answer is where the upload goes on. Bytes reach
 * the package store in whole parts; those that fill none yet lie in the upload's record, so that a line cut again and again
 * still gets on. Throws FILE_FORMAT, UPLOAD_OFFSET; DISK_FULL, and goes on from there when there is room; rethrows what `source` fails with
 * when the bytes are safe.
 */
export async function append(deps: UploadDeps, known: StoredUpload, source: Readable): Promise<StoredUpload> {
  const upload = await takeOver(deps, known, randomUUID());
  if (!upload) throw uploadOffset();
  const writer = await createWriter(deps, upload);
  let failure: unknown = null;
  try {
    // A refusal leaves the source open: whoever owns it still has to answer on its connection.
    for await (const bytes of source.iterator({ destroyOnReturn: false })) await writer.write(bytes as Buffer);
  } catch (error) {
    if (error instanceof UserError && error.code !== 'DISK_FULL') throw error;
    failure = error;
  }
  const saved = await writer.close();
  if (failure) throw failure;
  return saved;
}

async function createWriter(deps: UploadDeps, upload: StoredUpload) {
  const { files } = deps;
  const room = fileRoom(deps);
  const file = { fileId: upload._id, handle: upload.handle };
  const digests = await resumableDigests(upload.hashes);
  const part = createPartBuffer(files.partBytes, upload.tail);
  let isProven = upload.offset >= MAGIC_BYTES_NEEDED;
  let at = upload.offset;
  /** What the package store has for certain; null when the record says the same. */
  let reached: Checkpoint | null = null;
  let saved = { at, time: Date.now() };

  async function storePart(): Promise<void> {
    await room.require();
    room.took(part.contents().length);
    await files.writePart(file, Math.floor((at - 1) / files.partBytes), part.contents());
    part.clear();
    reached = { offset: at, hashes: digests.save(), tail: null, digests: null };
  }

  async function keep(checkpoint: Checkpoint | null): Promise<void> {
    const isOurs = await save(deps, upload, checkpoint ?? {}, at);
    if (!isOurs) await yieldUpload(deps, upload._id);
    reached = null;
    saved = { at, time: Date.now() };
  }

  function prove(): void {
    if (isProven || (at < MAGIC_BYTES_NEEDED && at < upload.size)) return;
    proven(part.contents(), formatOf(upload.fileName) ?? 'bin');
    isProven = true;
  }

  return {
    async write(bytes: Buffer): Promise<void> {
      if (at + bytes.length > upload.size) throw uploadTooLong();
      for (let rest = bytes; rest.length > 0; ) {
        const taken = part.add(rest);
        digests.update(rest.subarray(0, taken));
        at += taken;
        rest = rest.subarray(taken);
        prove();
        if (part.isFull()) await storePart();
        if (at - saved.at >= UNSAVED_BYTES || Date.now() - saved.time >= UNSAVED_MS) await keep(reached);
      }
    },
    async close(): Promise<StoredUpload> {
      const isWhole = at === upload.size;
      if (isWhole && part.contents().length > 0) await storePart();
      const tail = isWhole || part.contents().length === 0 ? null : part.contents();
      const checkpoint: Checkpoint = { offset: at, hashes: digests.save(), tail, digests: isWhole ? digests.result() : null };
      await keep(checkpoint);
      return { ...upload, ...checkpoint, received: at };
    },
  };
}

/** Another writer goes on, or the upload is gone: then what this writer may have stored since has to go as well. */
async function yieldUpload({ collections, files }: UploadDeps, _id: string): Promise<never> {
  if (!(await collections.resumableUploads.findOne({ _id, state: { $ne: 'REMOVED' } }, { projection: { _id: 1 } }))) {
    const isUsed = await collections.packages.findOne({ 'files.fileId': _id }, { projection: { _id: 1 } });
    if (!isUsed) await files.delete(_id);
  }
  throw uploadOffset();
}
