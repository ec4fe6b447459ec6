import { LRUCache } from 'lru-cache';
import type { PackageStore } from '../ports';

export interface StoredBytes {
  fileId: string;
  size: number;
}

export interface BlockReader {
  /** Bytes `start` to `end`, both included. Pieces are shared with other readers: never write to them. */
  read(file: StoredBytes, range: { start: number; end: number }): AsyncIterable<Buffer>;
  /** `length` bytes from `offset`, all within the file. May be shared, too. */
  slice(file: StoredBytes, offset: number, length: number): Promise<Buffer>;
}

export interface BlockReaderSettings {
  /** Unit of reading; the GridFS store keeps chunks of this size. */
  blockBytes: number;
  /** Blocks kept for the next reader: a fleet downloads one file at about the same time. */
  blocks: number;
  /** Blocks fetched before they are asked for. */
  ahead: number;
  /** Blocks being fetched: while a driver reads one, it takes twice its size, and a moment longer to be collected. */
  fetches: number;
}

const SETTINGS: BlockReaderSettings = { blockBytes: 512 * 1024, blocks: 32, ahead: 3, fetches: 8 };

/**
 * Reads package files by aligned blocks, each fetched once for all who want it now or soon (R-DL-6). Memory is bounded: the kept blocks,
 * those being fetched, and the one block that each transfer is sending.
 */
export function createBlockReader(files: Pick<PackageStore, 'read'>, settings: Partial<BlockReaderSettings> = {}): BlockReader {
  const { blockBytes, blocks, ahead, fetches } = { ...SETTINGS, ...settings };
  const kept = new LRUCache<string, Promise<Buffer>>({ max: blocks });
  const gated = createGate(fetches);
  let readers = 0;

  function block(file: StoredBytes, index: number): Promise<Buffer> {
    const key = `${file.fileId} ${index}`;
    const known = kept.get(key);
    if (known) return known;
    const start = index * blockBytes;
    const end = Math.min(start + blockBytes, file.size) - 1;
    const fetched = gated(() => whole(files.read(file.fileId, { start, end })));
    kept.set(key, fetched);
    fetched.catch(() => {
      if (kept.peek(key) === fetched) kept.delete(key);
    });
    return fetched;
  }

  /** Beyond the range too: who asks for one asks for the next. Not when so many read at different places that what is fetched early would be gone again before its turn. */
  function readAhead(file: StoredBytes, from: number): void {
    const last = Math.floor((file.size - 1) / blockBytes);
    if (readers * (ahead + 1) > blocks / 2) return;
    for (let index = from; index <= Math.min(last, from + ahead - 1); index++) void block(file, index);
  }

  return {
    async *read(file, { start, end }) {
      readers += 1;
      try {
        const last = Math.floor(end / blockBytes);
        for (let index = Math.floor(start / blockBytes); index <= last; index++) {
          const bytes = block(file, index);
          readAhead(file, index + 1);
          const base = index * blockBytes;
          yield (await bytes).subarray(Math.max(0, start - base), end + 1 - base);
        }
      } finally {
        readers -= 1;
      }
    },
    async slice(file, offset, length) {
      const first = Math.floor(offset / blockBytes);
      const last = Math.floor((offset + length - 1) / blockBytes);
      const parts: Buffer[] = [];
      for (let index = first; index <= last; index++) {
        const base = index * blockBytes;
        parts.push((await block(file, index)).subarray(Math.max(0, offset - base), offset + length - base));
      }
      return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    },
  };
}

/** Runs at most `most` at a time, the others in the order they came. */
function createGate(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = most;
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

async function whole(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of source) parts.push(part);
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}
