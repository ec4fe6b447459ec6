import type { Readable } from 'node:stream';
import type { Batch, BatchPolicy, BatchScope, StatusCounts } from '../schema/model/batch';
import type { Dialect } from '../schema/model/dialect';
import type { Device, DigestAlgorithm, FirmwarePackage, Product } from '../schema/model/fleet';
import type { BatchId, DeviceId, TaskId } from '../schema/model/ids';
import type { Task, TaskStatus } from '../schema/model/task';
import type { ApiKey, Role, Viewer } from './access/viewer';
import type { Page, PageRequest } from './page';
import type { Notification } from './ports';

/**
 * Everything the doors (api, gateways, workflows) may ask. Services throw UserError or UserErrors for what a caller can mend;
 * methods that take a viewer check its role first.
 */
export interface Core {
  access: AccessService;
  products: ProductService;
  devices: DeviceService;
  packages: PackageService;
  batches: BatchService;
  tasks: TaskService;
}

export interface AccessService {
  /** The viewer of a key, or null. Answers from a cache of at most 10 s; revocation is therefore certain after 10 s. */
  authenticate(key: string | null | undefined): Promise<Viewer | null>;
  /** On the very first start: an administrator's key, returned once; null when any key exists. */
  bootstrap(): Promise<string | null>;
  createKey(viewer: Viewer, input: { name: string; role: Role }): Promise<{ key: string; apiKey: ApiKey }>;
  revokeKey(viewer: Viewer, id: string): Promise<ApiKey>;
  keys(viewer: Viewer, page: PageRequest): Promise<Page<ApiKey>>;
}

export interface ProductService {
  create(viewer: Viewer, input: { key?: string | null; name: string; dialect?: Dialect | null }): Promise<Product>;
  get(key: string): Promise<Product | null>;
  list(page: PageRequest): Promise<Page<Product>>;
}

export interface NewDevice {
  deviceName: string;
  /** 16–64 printable ASCII characters; generated (32 hex digits) when not given. */
  secret?: string | null;
}

export interface DeviceFilter {
  productKey?: string | null;
  online?: boolean | null;
  /** Prefix of the device name. */
  namePrefix?: string | null;
  /** Devices whose module has this version; `default` when no module is named. */
  module?: string | null;
  version?: string | null;
}

export interface DeviceService {
  /** One to 1,000 at once, all or none. The secrets are in the answer and are not shown again. */
  register(viewer: Viewer, productKey: string, devices: NewDevice[]): Promise<Device[]>;
  get(id: DeviceId): Promise<Device | null>;
  getMany(ids: readonly DeviceId[]): Promise<(Device | null)[]>;
  list(filter: DeviceFilter, page: PageRequest): Promise<Page<Device>>;
  /** For a gateway: what it needs to check a device's signature. */
  credentials(productKey: string, deviceName: string): Promise<{ secret: string; enabled: boolean } | null>;
  /** A session has begun. `sessionId` orders takeovers: a later `disconnected` of an older session changes nothing. */
  connected(deviceId: DeviceId, gatewayId: string, sessionId: string): Promise<void>;
  disconnected(deviceId: DeviceId, sessionId: string): Promise<void>;
  /** A gateway process starts, or is found dead: none of its devices is connected. */
  gatewayReset(gatewayId: string): Promise<void>;
}

export interface PackageService {
  /** Streams the file in, checks it on the way (R-PKG-1, 2, 3, 5); on any refusal nothing is kept. */
  create(viewer: Viewer, input: NewPackage, file: { name: string; stream: Readable }): Promise<FirmwarePackage>;
  get(id: string): Promise<FirmwarePackage | null>;
  getMany(ids: readonly string[]): Promise<(FirmwarePackage | null)[]>;
  list(filter: { productKey?: string | null; module?: string | null }, page: PageRequest): Promise<Page<FirmwarePackage>>;
  /** For the download handler. Throws UserError: see DownloadRefused. */
  download(token: string): Promise<Download>;
}

/** `status` is the HTTP status of the refusal: 403 for a token that is unknown, expired or of an ended task. */
export interface Download {
  taskId: TaskId;
  name: string;
  size: number;
  /** SHA-256 of the file, hex: the strong ETag. */
  sha256: string;
  read(range: { start: number; end: number }): Readable;
}

export interface NewPackage {
  productKey: string;
  name: string;
  module?: string | null;
  version: string;
  description?: string | null;
  digestAlgorithm?: DigestAlgorithm | null;
  /** Checked against the bytes that arrive; hex of MD5 (32) or SHA-256 (64 digits). */
  declaredDigest?: string | null;
}

export interface NewStaticBatch {
  packageId: string;
  name?: string | null;
  scope: BatchScope;
  sourceVersions?: string[] | null;
  policy: BatchPolicy;
  idempotencyKey?: string | null;
}

export interface BatchService {
  createStatic(viewer: Viewer, input: NewStaticBatch): Promise<Batch>;
  get(id: BatchId): Promise<Batch | null>;
  getMany(ids: readonly BatchId[]): Promise<(Batch | null)[]>;
  list(
    filter: { productKey?: string | null; packageId?: string | null; status?: Batch['status'] | null },
    page: PageRequest,
  ): Promise<Page<Batch>>;
  counts(id: BatchId): Promise<StatusCounts>;
  /** Devices a minute over the last minute (or since the start, if that is shorter). */
  reachedRate(id: BatchId): Promise<number>;
  pause(viewer: Viewer, id: BatchId): Promise<Batch>;
  resume(viewer: Viewer, id: BatchId): Promise<Batch>;
  /** Ends the batch and every task in it that has not ended. */
  cancel(viewer: Viewer, id: BatchId): Promise<{ batch: Batch; canceled: number }>;
}

export interface TaskFilter {
  batchId?: BatchId | null;
  deviceId?: DeviceId | null;
  status?: TaskStatus[] | null;
}

export interface TaskService {
  get(id: TaskId): Promise<Task | null>;
  getMany(ids: readonly TaskId[]): Promise<(Task | null)[]>;
  list(filter: TaskFilter, page: PageRequest): Promise<Page<Task>>;
  /** What a device said. Never throws for what a device sent; throws when the store or the engine can't be reached, and may be repeated. */
  report(deviceId: DeviceId, report: DeviceReport): Promise<void>;
  /** `firmware/get`: the device asks. Null: nothing to do. Marks the task as pushed. */
  requested(deviceId: DeviceId, module: string): Promise<Notification | null>;
}

export type DeviceReport =
  | { kind: 'version'; module: string; version: string }
  | { kind: 'progress'; module: string; percent: number }
  /** `code` is the wire value, e.g. `-2`; the dialect's table names the cause. */
  | { kind: 'failed'; module: string; cause: import('../schema/model/failure-causes').FailureCause; text: string | null };
