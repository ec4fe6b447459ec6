import { randomFillSync } from 'node:crypto';

const BYTES = 9;
/** Chance is cheap in bulk: an import takes a million of these. */
const pool = Buffer.alloc(BYTES * 512);
let used = pool.length;

/** `bytes` of chance, good until so many more calls that nobody keeps them: copy them at once. */
export function chance(bytes: number): Buffer {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.subarray(used - bytes, used);
}

/** A value that was never given before. It proves nothing and need not be kept secret. */
export const newGeneration = (): string => chance(BYTES).toString('base64url');
