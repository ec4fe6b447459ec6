import type { Proof } from '../../schema/model/device/generations';
import type { DeviceId, TaskId } from '../../schema/model/ids';

export interface DownloadService {
  /** `/d/<token>`. Throws DOWNLOAD_REFUSED: unknown, expired, or the device may not have the file now (R-DL-1, R-DL-5, R-DL-7). */
  open(token: string): Promise<Download>;
  /** `/f/<id>` with `Authorization: Bearer <token>`. Throws DOWNLOAD_UNAUTHORIZED for a token that is not this address's, else as `open`. */
  openWithBearer(id: string, bearer: string | null): Promise<Download>;
  /** A block over MQTT (R-DL-3). Throws only when the store can't be reached. */
  block(deviceId: DeviceId, request: BlockRequest, proof?: Proof): Promise<BlockAnswer>;
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
