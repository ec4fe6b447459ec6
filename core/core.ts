import type { Readable } from 'node:stream';
import type { LetInBy, Proof } from '../schema/model/device/generations';
import type { Device, FirmwarePackage, Product, SecureUpdate, SigningKey } from '../schema/model/fleet';
import type { DeviceId, TaskId } from '../schema/model/ids';
import type { DigestAlgorithm, VerificationAnswer } from '../schema/model/package/package-fields';
import type { PackageKind, VerificationState } from '../schema/model/package/package-rules';
import type { Upload } from '../schema/model/package/upload';
import type { ApiKey, Role, Viewer } from './access/viewer';
import type { BatchService } from './batches/contract';
import type { DeviceImportService } from './device-imports/contract';
import type {
  DeviceAdmission,
  DeviceChanges,
  DeviceFilter,
  DeviceListService,
  DeviceSwitch,
  DeviceWithSecret,
  GroupService,
  NewDevice,
} from './device-sets';
import type { Page, PageRequest } from './page';
import type { StoredFile } from './ports';
import type { NewProduct } from './products/new-product';
import type { TaskService } from './tasks/contract';

export type { BatchPreview, BatchService, NewDynamicBatch, NewStaticBatch, NewVerification } from './batches/contract';
export type { DeviceChanges, DeviceCredentials, DeviceFilter, DeviceTag, NewDevice } from './device-sets';
export type { NewProduct } from './products/new-product';
export type { Cancellation, DeviceAnswer, DeviceReport, Reinitiated, Reinitiation, TaskFilter, TaskService } from './tasks/contract';

/**
 * Everything that the api, the gateways and the workflows may ask. Services throw UserError or UserErrors for what a caller can mend;
 * methods that take a viewer check its role first.
 */
export interface Core {
  access: AccessService;
  products: ProductService;
  devices: DeviceService;
  groups: GroupService;
  deviceLists: DeviceListService;
  deviceImports: DeviceImportService;
  packages: PackageService;
  downloads: DownloadService;
  uploads: UploadService;
  batches: BatchService;
  tasks: TaskService;
}

export interface AccessService {
  /**
   * The viewer of a key, or null: to be asked for each operation. A revocation in this process is certain at once; one elsewhere after
   * the few seconds for which keys are known.
   */
  authenticate(key: string | null | undefined): Promise<Viewer | null>;
  /**
   * For what stays open after an operation (a connection, a transfer): `end` is called once, when the key is revoked or may do something
   * else; here at once, elsewhere within 10 s. Gives what lets go of it.
   */
  hold(key: string, viewer: Viewer, end: () => void): () => void;
  /** On the very first start: an administrator's key, returned once; null when any key exists. */
  bootstrap(): Promise<string | null>;
  createKey(viewer: Viewer, input: NewApiKey): Promise<{ key: string; apiKey: ApiKey }>;
  revokeKey(viewer: Viewer, id: string): Promise<ApiKey>;
  keys(viewer: Viewer, page: PageRequest): Promise<Page<ApiKey>>;
}

export interface NewApiKey {
  name: string;
  role: Role;
  /** For the role APP, and only for it: 1 to 100 devices of one product. */
  deviceIds?: readonly DeviceId[] | null;
}

export interface ProductService {
  create(viewer: Viewer, input: NewProduct): Promise<Product>;
  /** Throws PRODUCT_UNKNOWN, and what is wrong with the name. */
  update(viewer: Viewer, key: string, changes: ProductChanges): Promise<Product>;
  get(key: string): Promise<Product | null>;
  list(page: PageRequest): Promise<Page<Product>>;
  /** R-PKG-7. Throws SIGNING_KEY_REFUSED, SIGNING_KEY_EXISTS, TOO_MANY. */
  addSigningKey(viewer: Viewer, input: { productKey: string; name: string; publicKeyPem: string }): Promise<SigningKey>;
  /** Oldest first; there are few. */
  signingKeys(productKey: string): Promise<SigningKey[]>;
  /** R-PKG-8: the first activation makes the key pair. In force everywhere within 5 s. */
  setSecureUpdate(viewer: Viewer, input: { productKey: string; active: boolean; keyPair?: KeyPairStep | null }): Promise<Product>;
  /** Null before the first activation. */
  secureUpdate(productKey: string): Promise<SecureUpdate | null>;
  /** R-PKG-11: every module that a device reported or a package names, by name. */
  modules(productKey: string, page: PageRequest): Promise<Page<ModuleSummary>>;
  /** R-PKG-11: the versions of a module that devices have now, exactly counted, by version. */
  moduleVersions(productKey: string, module: string, page: PageRequest): Promise<Page<VersionCount>>;
}

export interface ProductChanges {
  name?: string | null;
  /** R-BAT-20; for batches created from now on. */
  refuseConflictingBatches?: boolean | null;
  /** R-FLOW-2; for batches created from now on. */
  confirmByQuery?: boolean | null;
}

/** A change of key pair has two steps, so that devices can come to know the next public key while the current pair signs. */
export type KeyPairStep = 'PREPARE' | 'SWITCH';

export interface ModuleSummary {
  name: string;
  /** Devices that reported a version of it. */
  devices: number;
  /** Packages for it. */
  packages: number;
}

export interface VersionCount {
  version: string;
  devices: number;
}

export interface DeviceService extends DeviceAdmission, DeviceSwitch {
  /** One to 1,000 at once, all or none. The secrets are in the answer and are not shown again. */
  register(viewer: Viewer, productKey: string, devices: NewDevice[]): Promise<DeviceWithSecret[]>;
  get(id: DeviceId): Promise<Device | null>;
  getMany(ids: readonly DeviceId[]): Promise<(Device | null)[]>;
  list(filter: DeviceFilter, page: PageRequest): Promise<Page<Device>>;
  /** R-DEV-5. Throws DEVICE_UNKNOWN, and what is wrong with the changes. */
  update(viewer: Viewer, id: DeviceId, changes: DeviceChanges): Promise<Device>;
  /**
   * At most 1,000, all or none. Their unfinished tasks fail with DEVICE_REMOVED, and they are gone from lists, counts and groups.
   * May be repeated after a crash. Throws DEVICE_UNKNOWN, TOO_MANY, REQUIRED.
   */
  delete(viewer: Viewer, ids: readonly DeviceId[]): Promise<{ deleted: number; tasksEnded: number }>;
  /**
   * A session has begun. `sessionId` orders takeovers: a later `disconnected` of an older session changes nothing. False: the device does
   * not exist any more, or what let it in does not hold: the session has to end. `tookOver`: one of the same device was there.
   */
  connected(deviceId: DeviceId, gatewayId: string, sessionId: string, by?: LetInBy, tookOver?: boolean): Promise<boolean>;
  disconnected(deviceId: DeviceId, sessionId: string): Promise<void>;
  /** A gateway process starts, or is found dead: none of its devices is connected. `until`: but those that have connected since. */
  gatewayReset(gatewayId: string, until?: Date): Promise<void>;
}

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
  delete(viewer: Viewer, id: string): Promise<FirmwarePackage>;
  get(id: string): Promise<FirmwarePackage | null>;
  getMany(ids: readonly string[]): Promise<(FirmwarePackage | null)[]>;
  list(filter: PackageFilter, page: PageRequest): Promise<Page<FirmwarePackage>>;
}

export interface DownloadService {
  /** `/d/<token>`. Throws DOWNLOAD_REFUSED: unknown, expired, or the device may not have the file now (R-DL-1, R-DL-5, R-DL-7). */
  open(token: string): Promise<Download>;
  /** `/f/<id>` with `Authorization: Bearer <token>`. Throws DOWNLOAD_UNAUTHORIZED for a token that is not this address's, else as `open`. */
  openWithBearer(id: string, bearer: string | null): Promise<Download>;
  /** A block over MQTT (R-DL-3). Throws only when the store can't be reached. */
  block(deviceId: DeviceId, request: BlockRequest, proof?: Proof): Promise<BlockAnswer>;
}

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

export interface Download {
  taskId: TaskId;
  name: string;
  size: number;
  /** SHA-256 of the file, hex: the strong ETag. */
  sha256: string;
  /** The bytes never change after it. */
  createdAt: Date;
  /**
   * Bytes `start` to `end`, both included, to be asked for before the first leaves. `stop` is called, once, when the device may not have the
   * rest (R-DL-7); the caller ends its connection then. Throws DOWNLOAD_LIMIT.
   */
  begin(range: { start: number; end: number }, stop: (reason: TransferEnd) => void): Transfer;
}

/** A transfer that runs; `end` it, whatever becomes of it. */
export interface Transfer {
  /** A piece is good until the next one is asked for, when its memory is used again, and is shared: never write to it. */
  pieces: AsyncIterable<Buffer>;
  /** Bytes of the file that left: kept on the task. */
  served(bytes: number): void;
  /** All has left, and may not have arrived: it can still be stopped, until its `end`, and is in the way of no other one. */
  sent(): void;
  end(): void;
}

/** Why a running transfer ends before its end. `replaced`: it stood still, and its device has begun another one. */
export const TRANSFER_ENDS = ['task_ended', 'device_shut_out', 'replaced', 'too_slow'] as const;
export type TransferEnd = (typeof TRANSFER_ENDS)[number];

/** All whole and not negative; `size` at least 1. */
export interface BlockRequest {
  streamId: number;
  fileId: number;
  offset: number;
  size: number;
}

export type BlockAnswer =
  | { kind: 'block'; bytes: Buffer; fileLength: number }
  /** No such stream, or none this device has an unfinished task for. */
  | { kind: 'unknown' }
  /** The offset is not within the file. */
  | { kind: 'beyond'; fileLength: number };

export interface PackageFilter {
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
