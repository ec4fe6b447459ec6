import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { PackageStore } from '../ports';
import { type BlockSource, type StoredBytes, storeSource } from './block-source';

export interface LocalCopiesDeps {
  files: Pick<PackageStore, 'read'>;
  directory: string;
  /** All copies together. */
  maxBytes: number;
  /** A copy could not be made: downloads go on from the store. */
  onFailed(error: unknown): void;
  settings?: Partial<LocalCopiesSettings>;
}

export interface LocalCopiesSettings {
  /** Bytes of the disk that copies leave free: the embedded MongoDB may live there too. */
  leaveFreeBytes: number;
  /** A block so close before what is copied already waits for it; one further on is read from the store. */
  nearBytes: number;
  /** No copy is begun so long after one has failed. */
  pauseMs: number;
}

export interface LocalCopies extends BlockSource {
  close(): Promise<void>;
}

interface Copy {
  handle: FileHandle;
  size: number;
  copied: number;
  /** Settles when more is copied, or the copy is given up. */
  more: Promise<void>;
  ended: boolean;
}

const SETTINGS: LocalCopiesSettings = { leaveFreeBytes: 1024 ** 3, nearBytes: 8 * 1024 * 1024, pauseMs: 60_000 };
/** Copies being made: others wait until they are asked for again. */
const AT_ONCE = 2;

/**
 * Package files on the local disk while they are downloaded: the kernel gives a block for a fifth of what the store takes. A copy begins
 * with the first block that is wanted, and those who read follow it. It has no name on the disk, so that it ends with its process, however
 * that ends. The file that was wanted longest ago gives way to others.
 */
export function createLocalCopies({ files, directory, maxBytes, onFailed, settings }: LocalCopiesDeps): LocalCopies {
  const { leaveFreeBytes, nearBytes, pauseMs } = { ...SETTINGS, ...settings };
  const store = storeSource(files);
  const making = new Map<string, Promise<void>>();
  const copies = new LRUCache<string, Copy>({
    maxSize: Math.max(1, maxBytes),
    sizeCalculation: ({ size }) => size,
    dispose: (copy) => void giveUp(copy),
  });
  let pausedUntil = 0;
  let closed = false;

  function begin(file: StoredBytes): void {
    const room = file.size <= maxBytes && making.size < AT_ONCE && !making.has(file.fileId);
    if (!room || closed || performance.now() < pausedUntil) return;
    const made = make(file)
      .catch((error) => {
        pausedUntil = performance.now() + pauseMs;
        copies.delete(file.fileId);
        onFailed(error);
      })
      .finally(() => making.delete(file.fileId));
    making.set(file.fileId, made);
  }

  async function make({ fileId, size }: StoredBytes): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize < size + leaveFreeBytes) throw new Error(`The disk of ${directory} has no room for a copy of ${size} bytes.`);
    const path = join(directory, randomUUID());
    const handle = await open(path, 'wx+', 0o600);
    await unlink(path);
    let tell = (): void => {};
    const next = () =>
      new Promise<void>((resolve) => {
        tell = resolve;
      });
    const copy: Copy = { handle, size, copied: 0, more: next(), ended: false };
    copies.set(fileId, copy);
    try {
      for await (const piece of files.read(fileId, { start: 0, end: size - 1 }) as AsyncIterable<Buffer>) {
        if (copy.ended || closed) return;
        await handle.write(piece, 0, piece.length, copy.copied);
        copy.copied += piece.length;
        tell();
        copy.more = next();
      }
      if (copy.copied < size) throw new Error(`The package store gave ${copy.copied} of ${size} bytes of file ${fileId}.`);
    } catch (error) {
      if (copy.ended) return;
      copy.ended = true;
      throw error;
    } finally {
      tell();
    }
  }

  /** Whether the copy has the bytes up to `end`, or has them soon. */
  async function reaches(copy: Copy, end: number): Promise<boolean> {
    while (!copy.ended && copy.copied < end) {
      if (end - copy.copied > nearBytes) return false;
      await copy.more;
    }
    return !copy.ended;
  }

  return {
    async fill(file, start, into) {
      const copy = copies.get(file.fileId);
      if (!copy) begin(file);
      else if (await reaches(copy, start + into.length)) {
        if (await readFrom(copy.handle, start, into).catch(() => false)) return;
      }
      await store.fill(file, start, into);
    },
    async close() {
      closed = true;
      copies.clear();
      await Promise.allSettled(making.values());
      // One may have been on its way to its place.
      copies.clear();
    },
  };
}

async function readFrom(handle: FileHandle, start: number, into: Buffer): Promise<boolean> {
  for (let filled = 0; filled < into.length; ) {
    const { bytesRead } = await handle.read(into, filled, into.length - filled, start + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}

/** Closed when what is being read of it has been read. */
async function giveUp(copy: Copy): Promise<void> {
  copy.ended = true;
  await copy.handle.close().catch(() => {});
}
