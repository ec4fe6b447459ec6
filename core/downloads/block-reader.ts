import type { Limits } from '../../schema/model/limits';
import { createConcurrencyLimit } from '../concurrency-limit';
import { createBlockSlots } from './block-slots';
import type { BlockSource, StoredBytes } from './block-source';

export interface BlockReader {
  /** Bytes `start` to `end`, both included. A piece is good until the next one is asked for, or the reading ends. Never write to it. */
  read(file: StoredBytes, range: { start: number; end: number }): AsyncIterable<Buffer>;
  /** `length` bytes from `offset`, all within the file; the caller's own. At once, if they are in memory. */
  slice(file: StoredBytes, offset: number, length: number): Buffer | Promise<Buffer>;
  /** For one who reads slice by slice: when this one is the first of its block, the next block is fetched, unless the store is busy as it is. */
  ahead(file: StoredBytes, offset: number, length: number): void;
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
 * For hundreds of devices at places of their own in files of their own, each of which asks for a kilobyte at a time: 32 MiB hold the present and
 * the next block of 256 of them.
 */
export const smallBlocks = ({ blockReads }: Pick<Limits, 'blockReads'>): Partial<BlockReaderSettings> => ({
  ...{ blockBytes: 64 * 1024, blocks: 512, fetches: blockReads },
});

/**
 * Reads package files by aligned blocks, each fetched once for all who want it now or soon (R-DL-6). Memory is bounded: the kept blocks,
 * those being fetched, and the one block that each transfer is sending.
 */
export function createBlockReader(source: BlockSource, settings: Partial<BlockReaderSettings> = {}): BlockReader {
  const { blockBytes, blocks, ahead, fetches } = { ...SETTINGS, ...settings };
  const slots = createBlockSlots({ blockBytes, blocks });
  const limited = createConcurrencyLimit(fetches);
  let readers = 0;
  let fetching = 0;

  async function fetch(file: StoredBytes, start: number, into: Buffer): Promise<void> {
    fetching += 1;
    try {
      await limited(() => source.fill(file, start, into));
    } finally {
      fetching -= 1;
    }
  }

  function hold(file: StoredBytes, index: number) {
    const start = index * blockBytes;
    const length = Math.min(blockBytes, file.size - start);
    return slots.hold(keyOf(file, index), length, (into) => fetch(file, start, into));
  }

  /** Beyond the range too: who asks for one asks for the next. Not when so many read at different places that what is fetched early would be gone again before its turn. */
  function readAhead(file: StoredBytes, from: number): void {
    const last = Math.floor((file.size - 1) / blockBytes);
    if (readers * (ahead + 1) > blocks / 2) return;
    for (let index = from; index <= Math.min(last, from + ahead - 1); index++) slots.release(hold(file, index));
  }

  async function* read(file: StoredBytes, { start, end }: { start: number; end: number }): AsyncGenerator<Buffer> {
    readers += 1;
    try {
      const last = Math.floor(end / blockBytes);
      for (let index = Math.floor(start / blockBytes); index <= last; index++) {
        const slot = hold(file, index);
        try {
          readAhead(file, index + 1);
          await slot.filled;
          const base = index * blockBytes;
          yield slot.bytes.subarray(Math.max(0, start - base), end + 1 - base);
        } finally {
          slots.release(slot);
        }
      }
    } finally {
      readers -= 1;
    }
  }

  async function sliceOfStore(file: StoredBytes, offset: number, length: number): Promise<Buffer> {
    const whole = Buffer.allocUnsafe(length);
    let copied = 0;
    while (copied < length) {
      const at = offset + copied;
      const slot = hold(file, Math.floor(at / blockBytes));
      try {
        await slot.filled;
        copied += slot.bytes.copy(whole, copied, at % blockBytes);
      } finally {
        slots.release(slot);
      }
    }
    return whole;
  }

  return {
    read,
    slice(file, offset, length) {
      const start = offset % blockBytes;
      const bytes = start + length <= blockBytes ? slots.bytesOf(keyOf(file, Math.floor(offset / blockBytes))) : null;
      return bytes ? Buffer.from(bytes.subarray(start, start + length)) : sliceOfStore(file, offset, length);
    },
    ahead(file, offset, length) {
      const next = Math.floor(offset / blockBytes) + 1;
      const isFirst = offset % blockBytes < length;
      if (isFirst && next * blockBytes < file.size && fetching < fetches) slots.release(hold(file, next));
    },
  };
}

const keyOf = ({ fileId }: StoredBytes, index: number): string => `${fileId} ${index}`;
