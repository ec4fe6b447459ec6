import { createHash } from 'node:crypto';

/** How long the piece of work below takes on an idle machine of today. */
const USUAL_MS = 100;
const BLOCK = Buffer.alloc(16 * 1024 * 1024);
const ROUNDS = 6;
const MOST = 5;

/** Measures once for the whole run how many times longer work takes here than it usually does, because the machine is slow or busy: 1 to 5. */
export function measureSlowness(): void {
  if (process.env.TEST_SLOWNESS) return;
  const began = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) createHash('sha256').update(BLOCK).digest();
  process.env.TEST_SLOWNESS = `${Math.min(MOST, Math.max(1, (performance.now() - began) / USUAL_MS))}`;
}

/** What was measured before the first test: for waits that a test shortens, and that something has to answer within all the same. */
export const slowness = (): number => Number(process.env.TEST_SLOWNESS ?? 1);

/** How long to wait here for what usually takes much less than so many milliseconds. */
export const patience = (usualMs: number): number => usualMs * slowness();
