import type { PackageFormat } from './package-format';

const TAR_BLOCK = 512;
const TAR_END = 2 * TAR_BLOCK;
const ZIP_END = 22;
const ZIP_COMMENT_MAXIMUM = 65_535;
const XZ_FOOTER = 12;

/** How many of a file's last bytes `endProblem` looks at. */
export const END_BYTES_NEEDED: Record<PackageFormat, number> = {
  bin: 0,
  dav: 0,
  pack: 0,
  tar: TAR_END,
  // Only inflating it tells.
  gzip: 0,
  xz: 1_024,
  zip: ZIP_END + ZIP_COMMENT_MAXIMUM,
};

/**
 * R-PKG-2: what is wrong with the end of an archive, in words that follow "The file"; null when nothing is.
 * `last` is END_BYTES_NEEDED bytes, or the whole file if it is shorter.
 */
export function endProblem(format: PackageFormat, last: Uint8Array, size: number): string | null {
  switch (format) {
    case 'tar':
      return tarProblem(last, size);
    case 'zip':
      return zipEnds(last) ? null : 'ends before the directory that closes a zip archive';
    case 'xz':
      return xzEnds(last, size) ? null : 'ends before the footer that closes an xz stream';
    default:
      return null;
  }
}

/** POSIX ustar: records of 512 bytes, and two of zeros at the end. */
function tarProblem(last: Uint8Array, size: number): string | null {
  if (size % TAR_BLOCK !== 0) return `has ${size} bytes, which are no whole records of 512 bytes as a tar archive has`;
  const end = last.subarray(-TAR_END);
  return end.length === TAR_END && end.every((byte) => byte === 0) ? null : 'ends before the two empty records that close a tar archive';
}

/** The end of central directory record, with the length of the comment that follows it (APPNOTE 4.3.16). */
function zipEnds(last: Uint8Array): boolean {
  const view = new DataView(last.buffer, last.byteOffset, last.byteLength);
  for (let at = last.length - ZIP_END; at >= 0; at--) {
    if (view.getUint32(at, true) === 0x06054b50 && at + ZIP_END + view.getUint16(at + 20, true) === last.length) return true;
  }
  return false;
}

/** The footer's magic; zeros may follow, four by four. */
function xzEnds(last: Uint8Array, size: number): boolean {
  if (size % 4 !== 0) return false;
  let end = last.length;
  while (end > XZ_FOOTER && last[end - 1] === 0 && last[end - 2] === 0 && last[end - 3] === 0 && last[end - 4] === 0) end -= 4;
  return end >= XZ_FOOTER && last[end - 2] === 0x59 && last[end - 1] === 0x5a;
}
