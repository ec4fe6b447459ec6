import { createMD5, createSHA256 } from 'hash-wasm';

/** States of both digests, a few hundred bytes. Good for the version of the library that made them. */
export interface SavedDigests {
  md5: Buffer;
  sha256: Buffer;
}

/**
 * Both digests of bytes that arrive over several requests and processes (R-PKG-5, R-PKG-12): unlike those of node:crypto,
 * these can be saved and loaded, so that no byte is read twice for them.
 */
export async function resumableDigests(saved: SavedDigests | null) {
  const [md5, sha256] = await Promise.all([createMD5(), createSHA256()]);
  if (saved) {
    md5.load(saved.md5);
    sha256.load(saved.sha256);
  } else {
    md5.init();
    sha256.init();
  }
  return {
    update(bytes: Uint8Array): void {
      md5.update(bytes);
      sha256.update(bytes);
    },
    save: (): SavedDigests => ({ md5: Buffer.from(md5.save()), sha256: Buffer.from(sha256.save()) }),
    /** Once, at the end. */
    result: () => ({ md5: md5.digest('hex'), sha256: sha256.digest('hex') }),
  };
}
