import type { DigestAlgorithm } from './package-fields';
import type { PackageKind, PackageVerification } from './package-rules';

export interface PackageFile {
  /** Key in the package store. */
  fileId: string;
  name: string;
  /** Bytes. */
  size: number;
  md5: string;
  sha256: string;
  /** Name of the product's key that its signature was checked with; absent when it came without one. */
  signedBy?: string;
  /** R-PKG-8: the platform's signature, and the pair it was made with; absent until one is wanted. */
  digestSign?: { keyId: string; value: string };
}

export interface FirmwarePackage {
  _id: string;
  name: string;
  productKey: string;
  module: string;
  version: string;
  description: string;
  /** Text for the device, sent with each notification; absent: none. */
  customInfo?: string;
  /** What the notification carries as `sign`. */
  digestAlgorithm: DigestAlgorithm;
  files: PackageFile[];
  /** R-DL-3: what devices name the package by over MQTT; fits 32 bits, never given twice. Given with the first batch that needs it. */
  streamId?: number;
  /** R-UI-1: for 24 h a repeated call with the same key and input gets the same package. */
  idempotency?: { key: string; inputHash: string } | null;
  kind: PackageKind;
  /** R-PKG-4, R-PKG-6: the versions it upgrades from; empty: any. */
  sourceVersions: string[];
  verification: PackageVerification;
  /** Set while it is being deleted: from then on it is in no list. */
  deletedAt?: Date | null;
  createdBy: string;
  createdAt: Date;
}
