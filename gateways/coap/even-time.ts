import { setTimeout as delay } from 'node:timers/promises';

const STEP_MS = 5;

interface Time {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}
const TIME: Time = { now: () => performance.now(), sleep: (ms) => delay(ms) };

/** The work, ended after a whole number of steps of 5 ms, so that what it found is not told by how long it took: a key, or nobody's identity. */
export async function inEvenTime<T>(work: () => Promise<T>, { now, sleep }: Time = TIME): Promise<T> {
  const began = now();
  try {
    return await work();
  } finally {
    const took = now() - began;
    await sleep(Math.ceil(took / STEP_MS) * STEP_MS - took);
  }
}
