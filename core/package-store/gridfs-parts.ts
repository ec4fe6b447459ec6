import { mongo } from 'mongoose';
import type { PackageParts } from '../ports';

interface Chunk {
  files_id: mongo.ObjectId;
  n: number;
  data: Buffer;
}

interface FileDocument {
  _id: mongo.ObjectId;
  length: number;
  chunkSize: number;
  uploadDate: Date;
  filename: string;
}

const AIMED_PART_BYTES = 2 * 1024 * 1024;

/**
 * A file that arrives in parts: its chunks are written where they belong at once, and its own document comes last, so that
 * it is an ordinary GridFS file in the end and no file at all before.
 */
export function gridFsParts(db: mongo.Db, bucketName: string, chunkBytes: number): PackageParts {
  const chunks = db.collection<Chunk>(`${bucketName}.chunks`);
  const files = db.collection<FileDocument>(`${bucketName}.files`);
  const chunksOfPart = Math.max(1, Math.floor(AIMED_PART_BYTES / chunkBytes));
  return {
    partBytes: chunksOfPart * chunkBytes,
    async begin() {
      await chunks.createIndex({ files_id: 1, n: 1 }, { unique: true });
      return '';
    },
    async writePart({ fileId }, index, bytes) {
      const _id = new mongo.ObjectId(fileId);
      const writes = [];
      for (let at = 0, n = index * chunksOfPart; at < bytes.length; at += chunkBytes, n++) {
        const key = { files_id: _id, n };
        writes.push({ replaceOne: { filter: key, replacement: { ...key, data: bytes.subarray(at, at + chunkBytes) }, upsert: true } });
      }
      await chunks.bulkWrite(writes, { ordered: false });
    },
    async complete({ fileId }, size) {
      const _id = new mongo.ObjectId(fileId);
      const [there, needed] = [await chunks.countDocuments({ files_id: _id }), Math.ceil(size / chunkBytes)];
      if (there !== needed) throw new Error(`The package store has ${there} chunks of file ${fileId}, not ${needed}.`);
      const document = { length: size, chunkSize: chunkBytes, uploadDate: new Date(), filename: fileId };
      await files.replaceOne({ _id }, document, { upsert: true });
    },
  };
}
