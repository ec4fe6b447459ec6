import { UPLOAD_STATES, type Upload } from '../model/package/upload';
import { bytes, date, nullable, number, object, oneOf, schemaOf, text } from './declaration';

/** An upload with what it takes to go on with it in any process. All of it changes in one write, so that it never contradicts itself. */
export interface StoredUpload extends Upload {
  /** What the package store calls the unfinished file. */
  handle: string;
  declared: { algorithm: 'md5' | 'sha256'; hex: string } | null;
  /** R-PKG-7: base64, for the package. */
  signature: string | null;
  /** Whoever writes bytes: a writer whose name is no longer here has lost the upload to another and stops. */
  writer: string;
  /** Bytes before `offset` that do not fill a part of the package store yet. */
  tail: Buffer | null;
  /** The digests' states after `offset` bytes. */
  hashes: { md5: Buffer; sha256: Buffer } | null;
}

export const resumableUploadSchema = schemaOf<StoredUpload>({
  _id: text,
  keyId: text,
  fileName: text,
  size: number,
  offset: number,
  received: number,
  state: oneOf(UPLOAD_STATES),
  digests: nullable(object<NonNullable<StoredUpload['digests']>>({ md5: text, sha256: text })),
  createdAt: date,
  renewedAt: date,
  handle: text,
  declared: nullable(object<NonNullable<StoredUpload['declared']>>({ algorithm: oneOf(['md5', 'sha256']), hex: text })),
  signature: nullable(text),
  writer: text,
  tail: nullable(bytes),
  hashes: nullable(object<NonNullable<StoredUpload['hashes']>>({ md5: bytes, sha256: bytes })),
});

/** How many uploads a key has under way. */
resumableUploadSchema.index({ keyId: 1 });
/** The sweep. */
resumableUploadSchema.index({ renewedAt: 1 });
