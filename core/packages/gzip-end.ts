import { createGunzip } from 'node:zlib';
import { createConcurrencyLimit } from '../concurrency-limit';

/** What is inflated of one file; beyond, the rest is taken on trust: an upload must not buy hours of work with a few bytes. */
export interface InflateLimits {
  /** Bytes that any file may inflate to. */
  least: number;
  /** And so many times its own, which no firmware has over its whole length. */
  ratio: number;
  most: number;
}

const LIMITS: InflateLimits = { least: 64 * 1024 ** 2, ratio: 20, most: 4 * 1024 ** 3 };
/** Fewer calls for the same work. */
const CHUNK_BYTES = 256 * 1024;
/** Files inflated at once: of the process's four threads for such work, two are left for files and keys. */
const inflating = createConcurrencyLimit(2);

export interface GzipEnd {
  /** Resolves when more may come. Rejects never. */
  update(bytes: Buffer): Promise<void>;
  /** What is wrong with the file, in words that follow "The file"; null when nothing is. Once, at the end. */
  problem(): Promise<string | null>;
  /** For a file that is given up. */
  close(): void;
}

/**
 * The first stream begins as one, which its first bytes have shown: so where this is said, one has ended, and what follows is something else, such
 * as the metadata and the signature that OpenWrt puts behind an image.
 */
const isBehindTheEnd = ({ message }: Error): boolean => message === 'incorrect header check';

/** R-PKG-2: a gzip file shows where it ends only when it is inflated; what comes out is counted and thrown away. */
export function gzipEnd({ least, ratio, most }: InflateLimits = LIMITS): GzipEnd {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  let input = 0;
  let output = 0;
  let found: string | null = null;
  let over = false;
  const settled = new Promise<void>((resolve) => {
    gunzip.once('close', resolve);
  });
  gunzip.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'Z_BUF_ERROR') found = 'ends before its gzip stream does';
    else if (!isBehindTheEnd(error)) found = 'is damaged: its gzip stream can not be read';
    over = true;
  });
  gunzip.on('data', (piece: Buffer) => {
    output += piece.length;
    if (output <= Math.min(most, Math.max(least, ratio * input))) return;
    over = true;
    gunzip.destroy();
  });
  return {
    async update(bytes) {
      input += bytes.length;
      if (over) return;
      await inflating(() => Promise.race([settled, new Promise<void>((resolve) => gunzip.write(bytes, () => resolve()))]));
    },
    async problem() {
      if (!over) gunzip.end();
      await settled;
      return found;
    },
    close: () => void gunzip.destroy(),
  };
}
