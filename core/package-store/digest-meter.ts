import { createHash } from 'node:crypto';

/** Size and both digests of bytes on their way (R-PKG-5). */
export function digestMeter() {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  let size = 0;
  return {
    update(bytes: Uint8Array): void {
      size += bytes.length;
      md5.update(bytes);
      sha256.update(bytes);
    },
    /** Once, at the end. */
    result: () => ({ size, md5: md5.digest('hex'), sha256: sha256.digest('hex') }),
  };
}
