import { isPad, ZIP_BYTES_NEEDED, zipIsWhole } from '../../schema/model/package/package-end';
import type { PackageFormat } from '../../schema/model/package/package-format';
import { gzipEnd } from './gzip-end';
import { tarEnd } from './tar-end';
import { xzEnd } from './xz-end';

/** Watches a file go by, and says at its end whether the file is all there (R-PKG-2): nothing else is wrong with an end. */
export interface FileEnd {
  update(bytes: Buffer): Promise<void> | void;
  /** In words that follow "The file"; null when nothing is wrong, or the format shows nothing. */
  problem(): Promise<string | null>;
  close(): void;
}

const NOTHING: FileEnd = { update: () => undefined, problem: async () => null, close: () => undefined };

export function fileEnd(format: PackageFormat): FileEnd {
  if (format === 'gzip') return gzipEnd();
  if (format === 'tar') return tarEnd();
  if (format === 'zip') return zipEnd();
  return format === 'xz' ? xzEnd() : NOTHING;
}

/** Keeps the last bytes, those of a padding only as a number: a file may be filled up to the size of a flash chip. */
function zipEnd(): FileEnd {
  let kept: Buffer[] = [];
  let length = 0;
  let seen = 0;
  const pad = { byte: 0, count: 0 };

  function keep(bytes: Buffer): void {
    kept.push(bytes.length > ZIP_BYTES_NEEDED ? Buffer.from(bytes.subarray(-ZIP_BYTES_NEEDED)) : bytes);
    length += bytes.length;
    // In two halves of a window, so that a byte is copied twice at most.
    if (length < 2 * ZIP_BYTES_NEEDED) return;
    kept = [Buffer.from(Buffer.concat(kept).subarray(-ZIP_BYTES_NEEDED))];
    length = ZIP_BYTES_NEEDED;
  }
  /** The fields that end an archive may be zeros, so some of a padding belong to what is looked at. */
  function keepPadding(): void {
    if (pad.count > 0) keep(Buffer.alloc(Math.min(pad.count, ZIP_BYTES_NEEDED), pad.byte));
    pad.count = 0;
  }

  return {
    update(bytes) {
      seen += bytes.length;
      const last = bytes[bytes.length - 1];
      let end = bytes.length;
      if (isPad(last)) while (end > 0 && bytes[end - 1] === last) end--;
      if (end > 0 || last !== pad.byte) keepPadding();
      if (end > 0) keep(bytes.subarray(0, end));
      pad.byte = last ?? 0;
      pad.count += bytes.length - end;
    },
    async problem() {
      const left = pad.count;
      pad.count = Math.min(left, ZIP_END_ZEROS);
      keepPadding();
      const window = Buffer.concat(kept).subarray(-ZIP_BYTES_NEEDED);
      return zipIsWhole(window, seen - Math.max(0, left - ZIP_END_ZEROS) - window.length)
        ? null
        : 'ends before the directory that closes a zip archive';
    },
    close: () => {
      kept = [];
    },
  };
}

/** As many as the record that closes an archive may end with. */
const ZIP_END_ZEROS = 22;
