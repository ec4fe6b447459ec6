import { randomFillSync } from 'node:crypto';

const BYTES = 9;
/** Random bytes are cheap in bulk, and an import takes a million of these. */
const pool = Buffer.alloc(BYTES * 512);
let used = pool.length;

/** Random bytes from a pool that is reused: copy them at once. */
export function randomBytesPooled(bytes: number): Buffer {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.subarray(used - bytes, used);
}

/** A value that was never given before. It proves nothing and need not be kept secret. */
export const newGeneration = (): string => randomBytesPooled(BYTES).toString('base64url');
