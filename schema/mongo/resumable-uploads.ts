import { Schema } from 'mongoose';
import { UPLOAD_STATES, type Upload } from '../model/package/upload';
import { storedIn } from './options';

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

export const resumableUploadSchema = new Schema<StoredUpload>(
  {
    _id: { type: String, required: true },
    keyId: { type: String, required: true },
    fileName: { type: String, required: true },
    size: { type: Number, required: true, min: 1 },
    offset: { type: Number, required: true, min: 0 },
    received: { type: Number, required: true, min: 0 },
    state: { type: String, enum: UPLOAD_STATES, required: true },
    digests: { type: Schema.Types.Mixed, default: null },
    createdAt: { type: Date, required: true },
    renewedAt: { type: Date, required: true },
    handle: { type: String, default: '' },
    declared: { type: Schema.Types.Mixed, default: null },
    signature: { type: String, default: null },
    writer: { type: String, default: '' },
    tail: { type: Schema.Types.Buffer, default: null },
    hashes: { type: Schema.Types.Mixed, default: null },
  },
  storedIn('resumableUploads'),
);

/** How many uploads a key has under way. */
resumableUploadSchema.index({ keyId: 1 });
/** The sweep. */
resumableUploadSchema.index({ renewedAt: 1 });
