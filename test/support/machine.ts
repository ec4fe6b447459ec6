const SAMPLE_MS = 200;
const MOST = 5;

/**
 * How many times longer than on an idle machine this process waits for the processor just now, 1 to 5: for waits that a test shortens,
 * and that devices have to answer within all the same.
 */
export function slowness(): number {
  const began = performance.now();
  const before = process.cpuUsage();
  let usedMs = 0;
  while (usedMs < SAMPLE_MS) {
    const { user, system } = process.cpuUsage(before);
    usedMs = (user + system) / 1_000;
  }
  return Math.min(MOST, Math.max(1, (performance.now() - began) / usedMs));
}
