import type { Readable } from 'node:stream';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { DigestAlgorithm, VerificationAnswer } from '../../schema/model/package/package-fields';
import type { PackageKind, VerificationState } from '../../schema/model/package/package-rules';
import type { Products } from '../access/permissions/products';
import type { Viewer } from '../access/viewer';
import type { Page, PageRequest } from '../paging/page';
import type { StoredFile } from '../ports';

export interface PackageService {
  /**
   * Streams the files in, one after the other, and checks them on the way (R-PKG-1, 2, 3, 5, 7, 10); on any refusal nothing is kept.
   * The files after the first are asked for when the one before is stored. `expectedBytes`: what is said to come. Throws DISK_FULL.
   */
  create(
    viewer: Viewer,
    input: NewPackage,
    files: PackageUpload | AsyncIterable<PackageUpload>,
    expectedBytes?: number,
  ): Promise<FirmwarePackage>;
  /** Throws PACKAGE_UNKNOWN, INVALID_FORMAT. */
  update(viewer: Viewer, id: string, changes: { description: string }): Promise<FirmwarePackage>;
  /** R-PKG-14. Throws PACKAGE_UNKNOWN, PACKAGE_IN_USE. May be repeated after a crash; also finishes then. */
  delete(viewer: Viewer, id: string, idempotencyKey?: string | null): Promise<Pick<FirmwarePackage, '_id'>>;
  get(id: string): Promise<FirmwarePackage | null>;
  getMany(ids: readonly string[]): Promise<(FirmwarePackage | null)[]>;
  list(filter: PackageFilter, page: PageRequest): Promise<Page<FirmwarePackage>>;
}

export interface PackageFilter {
  /** Only those of these; null: all. */
  products?: Products;
  productKey?: string | null;
  module?: string | null;
  /** Prefix of the package's name. */
  namePrefix?: string | null;
  version?: string | null;
  kind?: PackageKind | null;
  verification?: VerificationState | null;
  /** Whether it asks for a verification. */
  verificationRequired?: boolean | null;
}

/** One file on its way in. */
export interface PackageUpload {
  name: string;
  stream: Readable;
  /** Checked against the bytes that arrive; hex of MD5 (32) or SHA-256 (64 digits), also as `sha256sum` prints it. */
  declaredDigest?: string | null;
  /** R-PKG-7: base64, made as `schema/model/package/signature.ts` says; checked with the product's keys. */
  signature?: string | null;
  /** When the package store has the bytes already: `stream` reads them from there, and a refusal leaves them there. */
  stored?: StoredFile;
}

export interface NewPackage {
  productKey: string;
  name: string;
  module?: string | null;
  version: string;
  description?: string | null;
  /** At most 4,096 characters, for the device. */
  customInfo?: string | null;
  digestAlgorithm?: DigestAlgorithm | null;
  /** Of the first file, where the file itself declares none. */
  declaredDigest?: string | null;
  /** R-PKG-4; FULL when not given. */
  kind?: PackageKind | null;
  /** R-PKG-4, R-PKG-6. */
  sourceVersions?: string[] | null;
  /** R-PKG-9; NOT_REQUIRED when not given. */
  verification?: VerificationAnswer | null;
}
