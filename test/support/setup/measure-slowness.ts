import { createHash } from 'node:crypto';

const BLOCK_BYTES = 16 * 1024 * 1024;
const ROUNDS = 6;
/** How long these take on an idle machine of today. */
const USUAL_MS = 100;
/** A minute that a test shortens grows with this, and nobody waits hours for a test. */
const MOST = 5;

/** Measures once for the whole run how much longer work takes than usual, because the machine is slow or busy; see `slowness`. */
export function measureSlowness(): void {
  if (process.env.TEST_SLOWNESS) return;
  const block = Buffer.alloc(BLOCK_BYTES);
  const began = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) createHash('sha256').update(block).digest();
  process.env.TEST_SLOWNESS = `${Math.min(MOST, Math.max(1, (performance.now() - began) / USUAL_MS))}`;
}
