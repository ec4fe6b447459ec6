import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { PackageStore, PartialFile } from '../ports';
import { digestMeter } from './digest-meter';
import { putInParts } from './put-in-parts';

export interface S3Settings {
  bucket: string;
  region: string;
  /** Not set: Amazon's own. */
  endpoint?: string;
  /** Not set: whatever the environment of the process grants. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** The bucket in the path instead of the host name, as most servers other than Amazon's want it. */
  forcePathStyle: boolean;
}

/** The smallest part S3 takes, the last one apart. */
const PART_BYTES = 5 * 1024 * 1024;
/** S3's own limit. */
const PARTS = 10_000;
export const S3_FILE_BYTES = PART_BYTES * PARTS;
const SOCKETS = 256;

/** Keeps package files in a bucket of an S3-compatible server. Rejects when the bucket can't be used. */
export async function s3Store(settings: S3Settings): Promise<PackageStore & { close(): void }> {
  const s3 = await import('@aws-sdk/client-s3');
  const client = clientFor(settings, s3.S3Client);
  const { bucket: Bucket } = settings;
  await client.send(new s3.HeadBucketCommand({ Bucket })).catch((error) => {
    client.destroy();
    throw new Error(`The bucket ${Bucket} can't be used (${nameOf(error)}). UPDRAFT_S3_… name the server, the bucket and the keys.`);
  });
  const objectOf = (fileId: string) => ({ Bucket, Key: `packages/${fileId}` });

  /** All parts, whoever wrote them: S3 keeps the latest of each number. */
  async function partsOf({ fileId, handle }: PartialFile) {
    const parts = [];
    for (let marker: string | undefined; ; ) {
      const page = await client.send(new s3.ListPartsCommand({ ...objectOf(fileId), UploadId: handle, PartNumberMarker: marker }));
      parts.push(...(page.Parts ?? []));
      if (!page.IsTruncated) return parts;
      marker = page.NextPartNumberMarker;
    }
  }

  async function isWhole(fileId: string, size: number): Promise<boolean> {
    try {
      return (await client.send(new s3.HeadObjectCommand(objectOf(fileId)))).ContentLength === size;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async function* bytesOf(fileId: string, { start, end }: { start: number; end: number }): AsyncGenerator<Buffer> {
    const { Body } = await client.send(new s3.GetObjectCommand({ ...objectOf(fileId), Range: `bytes=${start}-${end}` }));
    if (Body instanceof Readable) yield* Body as AsyncIterable<Buffer>;
  }

  /** Multipart uploads of the file that nobody will complete. */
  async function abortParts(fileId: string): Promise<void> {
    const { Key } = objectOf(fileId);
    const { Uploads } = await client.send(new s3.ListMultipartUploadsCommand({ Bucket, Prefix: Key }));
    for (const { UploadId } of (Uploads ?? []).filter((upload) => upload.Key === Key)) {
      await client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(ignoreMissing);
    }
  }

  const store: PackageStore = {
    put: (fileId, source) => putInParts(store, fileId, source, digestMeter()),
    read: (fileId, range) => Readable.from(bytesOf(fileId, range), { objectMode: false, highWaterMark: 1 }),
    async delete(fileId) {
      await abortParts(fileId);
      await client.send(new s3.DeleteObjectCommand(objectOf(fileId))).catch(ignoreMissing);
    },
    partBytes: PART_BYTES,
    async begin(fileId) {
      const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(objectOf(fileId)));
      if (!UploadId) throw new Error('The S3 server began a multipart upload without an id.');
      return UploadId;
    },
    async writePart({ fileId, handle }, index, Body) {
      await client.send(new s3.UploadPartCommand({ ...objectOf(fileId), UploadId: handle, PartNumber: index + 1, Body }));
    },
    async complete(file, size) {
      try {
        const found = await partsOf(file);
        const there = found.reduce((sum, { Size }) => sum + (Size ?? 0), 0);
        if (there !== size) throw new Error(`The package store has ${there} bytes of file ${file.fileId}, not ${size}.`);
        const Parts = found.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
        await client.send(
          new s3.CompleteMultipartUploadCommand({ ...objectOf(file.fileId), UploadId: file.handle, MultipartUpload: { Parts } }),
        );
      } catch (error) {
        // Completed before, by a process that could not say so any more.
        if (isMissing(error) && (await isWhole(file.fileId, size))) return;
        throw error;
      }
    },
  };
  return { ...store, close: () => client.destroy() };
}

function clientFor({ endpoint, region, credentials, forcePathStyle }: S3Settings, Client: typeof S3Client): S3Client {
  return new Client({
    region,
    forcePathStyle,
    maxAttempts: 3,
    // Checksums that only Amazon understands; packages have digests of their own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 5_000,
      socketTimeout: 60_000,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS },
    },
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  });
}

const nameOf = (error: unknown): string => (error as { name?: string } | null)?.name ?? 'unknown';
const MISSING = new Set(['NoSuchUpload', 'NoSuchKey', 'NotFound']);
const isMissing = (error: unknown): boolean => MISSING.has(nameOf(error));

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
