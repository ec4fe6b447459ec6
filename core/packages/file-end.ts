import { END_BYTES_NEEDED, endProblem } from '../../schema/model/package-end';
import type { PackageFormat } from '../../schema/model/package-format';
import { gzipEnd } from './gzip-end';

/** Watches a file go by, and says at its end whether the file is all there (R-PKG-2). */
export interface FileEnd {
  update(bytes: Buffer): Promise<void> | void;
  /** In words that follow "The file"; null when nothing is wrong, or the format shows nothing. */
  problem(size: number): Promise<string | null>;
  close(): void;
}

export const fileEnd = (format: PackageFormat): FileEnd => (format === 'gzip' ? gzipEnd() : lastBytes(format));

/** Keeps the last bytes in two halves of a window, so that a byte is copied twice at most. */
function lastBytes(format: PackageFormat): FileEnd {
  const needed = END_BYTES_NEEDED[format];
  let kept: Buffer[] = [];
  let length = 0;
  const joined = (): Buffer => Buffer.concat(kept).subarray(-needed);
  return {
    update(bytes) {
      if (needed === 0) return;
      kept.push(bytes.length > needed ? Buffer.from(bytes.subarray(-needed)) : bytes);
      length += bytes.length;
      if (length < 2 * needed) return;
      kept = [Buffer.from(joined())];
      length = needed;
    },
    problem: async (size) => (needed === 0 ? null : endProblem(format, joined(), size)),
    close: () => {
      kept = [];
    },
  };
}
