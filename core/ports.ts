import type { Readable } from 'node:stream';
import type { BatchTag } from '../schema/model/batch/batch';
import type { Generations } from '../schema/model/device/generations';
import type { BatchId, DeviceId } from '../schema/model/ids';
import type { DigestAlgorithm } from '../schema/model/package/package-fields';
import type { Dialect } from '../schema/model/protocol/dialect';
import type { WhichTasks } from '../schema/model/task/cancel';
import type { Task } from '../schema/model/task/task';
import type { UpgradeInput, UpgradeReport } from '../schema/model/task/upgrade';

/** What core asks of the durable engine; `workflows/client.ts` fills it. Every call may be repeated. */
export interface UpgradeEngine {
  startBatch(batchId: BatchId): Promise<void>;
  /** Starts a batch that has ended, or is just ending, once more; wakes one that runs. */
  restartBatch(batchId: BatchId): Promise<void>;
  /** Tells a sleeping batch that something is due or settled, `afterMs` from now. Coalesced; never waits, never throws. */
  wakeBatch(batchId: BatchId, afterMs?: number): void;
  /** Answers when the effect is certain. Throws UserError BATCH_STATE when the batch refuses. */
  commandBatch(batchId: BatchId, command: BatchCommand): Promise<BatchCommandResult>;
  /** Signal-with-start: for every report that may be the first of its upgrade. */
  report(upgrade: UpgradeInput, report: UpgradeReport): Promise<void>;
  /**
   * To a running upgrade: its task has ended in the store, with this attempt. One that has gone is not an error. `mayStart`: it may start
   * only now, and is told then. What does not get through is sent again for a minute; never throws.
   */
  tellEnded(task: EndedTask, mayStart?: boolean): Promise<void>;
}

export type EndedTask = Pick<Task, '_id' | 'deviceId' | 'module' | 'attempt'>;

export type BatchCommand =
  | { kind: 'pause' }
  | { kind: 'resume' }
  | { kind: 'cancel' }
  | { kind: 'cancelTasks'; which: WhichTasks }
  /** A dynamic batch takes no further devices. */
  | { kind: 'endMatching' }
  /** A dynamic batch looks for devices that it missed. */
  | { kind: 'scan' };
export const verbOf = ({ kind }: BatchCommand): string => (kind === 'cancelTasks' ? 'cancel' : kind);
export interface BatchCommandResult {
  /** Tasks canceled, 0 for other commands. */
  affected: number;
}

/** One device's notification, in no dialect; a gateway words it. */
export interface Notification {
  deviceId: DeviceId;
  /** What the device was known by when this was worded: who was let in by something else does not get it. Absent: nothing was said. */
  generations?: Generations;
  productKey: string;
  deviceName: string;
  /** The device's; LINK when not given. */
  dialect?: Dialect;
  /** As the device last wrote it. */
  module: string;
  version: string;
  digestAlgorithm: DigestAlgorithm;
  /** R-PKG-4: the files are the difference to the device's version. */
  differential: boolean;
  files: NotifiedFile[];
  /** R-BAT-17: what the batch has to say to the device. */
  tags?: readonly BatchTag[];
  /** The package's own text for its devices. */
  customInfo?: string;
  /** Set when the batch downloads over MQTT: the one file by its stream instead of its URL (device-protocols §1.4). */
  stream?: { streamId: number; fileId: number };
}

export interface NotifiedFile {
  name: string;
  size: number;
  md5: string;
  sha256: string;
  /** R-PKG-8: the platform's signature, base64; absent unless the product's Secure Update is on. */
  digestSign?: string;
  /** Absolute URL with its token, good for 24 h. */
  url: string;
  /** For devices that show a token beside the address; `token` is null where the address opens by itself. */
  access?: { token: string | null; lifeSeconds: number };
}

/** What core asks of the gateway that holds a device's connection; `gateways/` fills it. */
export interface DeviceLink {
  readonly gatewayId: string;
  /** Whether the device has a session here now. */
  isConnected(deviceId: DeviceId): boolean;
  /**
   * Hands the notification to the device's connection, or to its parent's; false when there is none. Throws when that
   * can't be known now.
   */
  notify(notification: Notification, parentId?: DeviceId): Promise<boolean>;
  /** Asks a device of a platform-led dialect for its versions; false when there is no connection. */
  queryVersion(device: { deviceId: DeviceId; dialect?: Dialect }, parentId?: DeviceId): Promise<boolean>;
  /** How many more devices of its dialect can be asked now. Absent: any number. */
  roomFor?(device: { dialect?: Dialect }): number;
}

export interface StoredFile {
  fileId: string;
  size: number;
  md5: string;
  sha256: string;
}

/** A file that arrives in parts. `handle` is what `begin` gave. */
export interface PartialFile {
  fileId: string;
  handle: string;
}

/** R-PKG-12: files written in parts, over many requests and processes. Until `complete` there is nothing to read. */
export interface PackageParts {
  /** Bytes of every part but the last one; at least 64 KiB. */
  readonly partBytes: number;
  begin(fileId: string): Promise<string>;
  /** `index` counts from 0; a part that is written again is replaced. `bytes` may be reused afterwards. */
  writePart(file: PartialFile, index: number, bytes: Buffer): Promise<void>;
  /** Makes the parts one file of `size` bytes. May be repeated; fails when parts are missing. */
  complete(file: PartialFile, size: number): Promise<void>;
}

/** Where package bytes live. Nothing here holds a file in memory. */
export interface PackageStore extends PackageParts {
  /**
   * Streams `source` in. Rejects with what `source` fails with (a check on the way, a cut connection), and then keeps nothing.
   * `fileId` is the caller's, so that a repeated clean-up finds it.
   */
  put(fileId: string, source: Readable): Promise<StoredFile>;
  /** Of the disk that the database is on, what a file of `bytes` takes while it is stored; nothing, where files lie elsewhere. */
  diskBytes?(bytes: number): number;
  /** Bytes `start` to `end`, both included. */
  read(fileId: string, range: { start: number; end: number }): Readable;
  /** Also ends a file that has only parts. Deleting what is not there is not an error. */
  delete(fileId: string): Promise<void>;
}
