import type { Readable } from 'node:stream';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { Upload } from '../../schema/model/package/upload';
import type { Viewer } from '../access/viewer';
import type { NewPackage } from '../packages/contract';

export interface NewUpload {
  /** Its suffix names the format (R-PKG-2). */
  fileName: string;
  /** Bytes. */
  size: number;
  /** Checked when all bytes are there; hex of MD5 (32) or SHA-256 (64 digits), also as `sha256sum` prints it. */
  declaredDigest?: string | null;
  /** R-PKG-7: base64; checked when the package is made, with the product's keys. */
  signature?: string | null;
}

/** R-PKG-12: files that arrive over several requests, and go on after a cut or a restart. Each key sees its own only. */
export interface UploadService {
  /** Throws FILE_FORMAT, FILE_EMPTY, FILE_TOO_LARGE, INVALID_FORMAT, UPLOAD_QUOTA. */
  create(viewer: Viewer, input: NewUpload): Promise<Upload>;
  /** Null when the viewer's key has none with this id. */
  get(viewer: Viewer, id: string): Promise<Upload | null>;
  /**
   * Takes bytes from `offset` on, which must be the upload's own. Whatever came is kept when the source fails. Throws UPLOAD_UNKNOWN,
   * UPLOAD_OFFSET; and FILE_FORMAT, DIGEST_MISMATCH, after which nothing of the upload is left.
   */
  append(viewer: Viewer, id: string, offset: number, source: Readable): Promise<Upload>;
  remove(viewer: Viewer, id: string): Promise<void>;
  /**
   * Makes a package of finished uploads, with the checks of `PackageService.create`. A refusal leaves the uploads as they are.
   * Throws UPLOAD_UNKNOWN, UPLOAD_UNFINISHED, IDEMPOTENCY_MISMATCH, and what `PackageService.create` throws.
   */
  createPackage(viewer: Viewer, input: NewPackage & { idempotencyKey?: string | null }, uploadIds: string[]): Promise<FirmwarePackage>;
}
