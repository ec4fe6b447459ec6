import type { ConnectionStreak } from './device/connection-streak';
import type { Generations } from './device/generations';
import type { BatchId, DeviceId } from './ids';
import type { DigestAlgorithm } from './package/package-fields';
import type { PackageKind, PackageVerification } from './package/package-rules';
import type { SignatureAlgorithm } from './package/signature';
import type { Dialect } from './protocol/dialect';
import type { IgnoredReport } from './protocol/ignored-report';

export interface Product {
  /** The product key devices authenticate with, `[A-Za-z0-9]{4,32}`. */
  _id: string;
  name: string;
  /** What its devices speak where nobody says otherwise. */
  dialect: Dialect;
  /** Its IoTDA devices want the `_v2` events, whose address needs no token. Absent: no. */
  selfSignedUrls?: boolean;
  /** R-FLOW-2: its IoTDA devices are asked for their version before a result counts as success. Absent: no. */
  confirmByQuery?: boolean;
  /** R-BAT-20: a second batch for the same module and source version, of another package, is refused. Absent: no. */
  refuseConflictingBatches?: boolean;
  /** Written by every creation that looks for conflicts, so that two at once meet. */
  lastBatchId?: BatchId;
  createdAt: Date;
}

/** R-PKG-7: a public key that signed packages of a product are checked with. Never changed once it is there. */
export interface SigningKey {
  /** `<productKey>.<name>` */
  _id: string;
  productKey: string;
  name: string;
  algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo. */
  publicKeyPem: string;
  /** SHA-256 of the key's DER, hex. */
  fingerprint: string;
  addedBy: string;
  addedAt: Date;
}

/** R-PKG-8: a product's Secure Update as everybody may see it; the private key is nowhere in it. */
export interface SecureUpdate {
  productKey: string;
  active: boolean;
  /** RSA-2048, SubjectPublicKeyInfo. */
  publicKeyPem: string;
  /** Of a pair that is prepared and signs nothing yet. */
  nextPublicKeyPem: string | null;
  createdAt: Date;
}

export interface ModuleVersion {
  version: string;
  reportedAt: Date;
  /** As the device last wrote the module's name; absent where that is its key. */
  name?: string;
}

/** R-DEV-5. */
export interface Region {
  province: string;
  city: string;
}

export interface Device {
  _id: DeviceId;
  productKey: string;
  deviceName: string;
  /** What it was let in by, and what was given out for it, holds as long as these do. */
  generations?: Generations;
  /** Nobody has shown its present secret yet: at a broker that is not ours, what comes in its name is somebody else's until then. */
  awaited?: true;
  /** R-FLOW-2: SHA-256 fingerprints of the client certificates it may sign in with; absent where there are none. */
  certificates?: string[];
  enabled: boolean;
  dialect: Dialect;
  /** The device that speaks for it, and whose connection it shares; absent: none. */
  parentId?: DeviceId;
  /** How many devices it speaks for; absent: none. */
  children?: number;
  /** By `moduleField`; read with `reportedOf`. */
  modules: Record<string, ModuleVersion>;
  /** Absent: every report could be read. */
  lastIgnoredReport?: IgnoredReport;
  /** R-DEV-5; null or absent where nobody said. */
  region?: Region | null;
  /** What people keep about it, value by key; absent where there is none. */
  tags?: Record<string, string>;
  /** R-DEV-3, R-DEV-4: the groups it was put into itself, and the dynamic groups it is in. */
  groups?: string[];
  /** When it came into each group that it is in, by group. */
  memberSince?: Record<string, Date>;
  online: boolean;
  /** The gateway process that holds the connection, its own or its parent's, while there is one. */
  gatewayId: string | null;
  sessionId: string | null;
  onlineChangedAt: Date | null;
  /** Raised by one with each change of the four above: of two who tell of the device, the one with the higher number knows more. Absent: 0. */
  presenceRevision?: number;
  /** Its latest connections, counted where they are written anyway. Absent: it has had none of its own since this is kept. */
  streak?: ConnectionStreak;
  createdAt: Date;
}

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
