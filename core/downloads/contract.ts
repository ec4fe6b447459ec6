import type { Proof } from '../../schema/model/device/generations';
import type { DeviceId, TaskId } from '../../schema/model/ids';
import type { DownloadScheme } from '../../schema/model/protocol/download-scheme';

export interface DownloadService {
  /** R-FLOW-3: those that addresses for LwM2M devices may have here. */
  schemes(): readonly DownloadScheme[];
  /** `/d/<token>`. Throws DOWNLOAD_REFUSED: unknown, expired, or the device may not have the file now (R-DL-1, R-DL-5, R-DL-7). */
  open(token: string): Promise<Download>;
  /** `/f/<id>` with `Authorization: Bearer <token>`. Throws DOWNLOAD_UNAUTHORIZED for a token that is not this address's, else as `open`. */
  openWithBearer(id: string, bearer: string | null): Promise<Download>;
  /** `/f/<token>`, the token one of 22 characters (R-DL-4). Throws NOT_FOUND for one that was never given out, else as `open`. */
  openShort(token: string): Promise<Download>;
  /** A block of a file by such a token, over a protocol without connections: at once, if it is in memory. Throws only when the store can't be reached. */
  tokenBlock(token: string, asker: BlockAsker, request: TokenBlockRequest): TokenBlock | Promise<TokenBlock>;
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

/** Who asks for a block by a token. */
export interface BlockAsker {
  /** The same for the same peer: an address and port, or a DTLS session. */
  peer: string;
  /** Whose key the connection was proven with, null without: another device's token is refused then. */
  deviceId: DeviceId | null;
}

/** Whole numbers, not negative; `length` at least 1. */
export interface TokenBlockRequest {
  offset: number;
  length: number;
}

export type TokenBlock =
  /** As many bytes as were asked for, or as there are up to the end. `etag`: the first 8 bytes of the file's SHA-256. `deviceId`: the token's. */
  | { kind: 'block'; bytes: Buffer; size: number; etag: Buffer; deviceId: DeviceId }
  /** The token was never given out. */
  | { kind: 'unknown' }
  /** It has expired, its task has ended, its device may not have the file, or another device asks. */
  | { kind: 'refused' }
  /** The offset is not within the file. */
  | { kind: 'beyond'; size: number }
  /** As many others as may are downloading with the token, or for its device (R-DL-7). */
  | { kind: 'limit' }
  /** More requests with the token than may be in a second, and more than are answered later for it. */
  | { kind: 'too_fast' }
  /** As many requests as may be are waiting for the store. */
  | { kind: 'busy' };
