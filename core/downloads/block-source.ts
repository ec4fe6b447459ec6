import type { PackageStore } from '../ports';

export interface StoredBytes {
  fileId: string;
  size: number;
}

/** Where the blocks of package files are read from. */
export interface BlockSource {
  /** Fills `into` with what the file has from `start` on. Rejects when the file ends before. */
  fill(file: StoredBytes, start: number, into: Buffer): Promise<void>;
}

/** Straight from the package store. */
export const storeSource = (files: Pick<PackageStore, 'read'>): BlockSource => ({
  async fill({ fileId }, start, into) {
    let filled = 0;
    for await (const piece of files.read(fileId, { start, end: start + into.length - 1 }) as AsyncIterable<Buffer>)
      filled += piece.copy(into, filled);
    if (filled < into.length) throw new Error(`The package store gave ${filled} of ${into.length} bytes of file ${fileId}, from ${start}.`);
  },
});
