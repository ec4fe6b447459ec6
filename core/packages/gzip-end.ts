import { createGunzip } from 'node:zlib';

/** Bytes. Beyond so much output the rest is taken on trust: an upload must not buy hours of work with a few bytes. */
const OUTPUT_MAXIMUM = 8 * 1024 ** 3;

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
export function gzipEnd(outputMaximum = OUTPUT_MAXIMUM): GzipEnd {
  const gunzip = createGunzip();
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
    if (output <= outputMaximum) return;
    over = true;
    gunzip.destroy();
  });
  return {
    async update(bytes) {
      if (over || gunzip.write(bytes)) return;
      await Promise.race([settled, new Promise<void>((resolve) => gunzip.once('drain', resolve))]);
    },
    async problem() {
      if (!over) gunzip.end();
      await settled;
      return found;
    },
    close: () => void gunzip.destroy(),
  };
}
