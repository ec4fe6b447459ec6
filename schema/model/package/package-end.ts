const ZIP_END = 22;
const ZIP_COMMENT_MAXIMUM = 65_535;
const ZIP64 = 0xffff_ffff;

/** How many of the last bytes of a zip archive, what it is padded with left out, `zipIsWhole` looks at. */
export const ZIP_BYTES_NEEDED = ZIP_END + ZIP_COMMENT_MAXIMUM;

/**
 * R-PKG-2: whether the record that closes a zip archive is there (APPNOTE 4.3.16). Behind it and its comment may be what somebody has
 * appended; then the directory has to be where the record says, since an archive within the archive has such a record, too. `from` is where in
 * the file `last` begins.
 */
export function zipIsWhole(last: Uint8Array, from: number): boolean {
  const view = new DataView(last.buffer, last.byteOffset, last.byteLength);
  for (let at = last.length - ZIP_END; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    const end = at + ZIP_END + view.getUint16(at + 20, true);
    if (end > last.length) continue;
    if (isPadding(last.subarray(end))) return true;
    const [size, offset] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
    if (offset === ZIP64 || offset + size === from + at) return true;
  }
  return false;
}

/** Bytes that fill a file up: zeros, or those of erased flash. */
const isPadding = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === bytes[0]) && (bytes.length === 0 || isPad(bytes[0]));

export const isPad = (byte: number | undefined): boolean => byte === 0 || byte === 0xff;
