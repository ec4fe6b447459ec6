/** R-PKG-12. An upload that a package uses is gone: its bytes are the package's. */
export const UPLOAD_STATES = ['RECEIVING', 'FINISHED', 'USED', 'REMOVED'] as const;
export type UploadState = (typeof UPLOAD_STATES)[number];

/** A file that arrives over several requests (R-PKG-12). */
export interface Upload {
  /** Also the file's key in the package store. */
  _id: string;
  /** The API key it belongs to. */
  keyId: string;
  fileName: string;
  /** Bytes it will have. */
  size: number;
  /** Bytes that are safe: where it goes on after whatever happens. */
  offset: number;
  /** Bytes that have arrived, for progress; the last of them may be lost with the process. */
  received: number;
  state: UploadState;
  /** Of the whole file, once all of it is there. */
  digests: { md5: string; sha256: string } | null;
  createdAt: Date;
  /** When bytes last came. */
  renewedAt: Date;
}
