import { useOf } from '../process-meter';
import type { BlockServer } from './downloads-part';
import type { LibcoapClient } from './libcoap';
import { PUSHES, type Pushes } from './pushes';

export interface MemoryMeasure {
  downloads: number;
  pushes: number;
  /** Blocks pushed meanwhile, of all pushes. */
  blocksPushed: number;
  fileBytes: number;
  seconds: number;
  /** The most that the process had resident beyond what it had before. */
  grownBytes: number;
}

const LOOK_EVERY_MS = 50;

/** Pushes and downloads of everybody at once, for as long as the downloads take or for `forMs`: what they add to the server's memory. */
export async function downloadMemory(
  { plain, pid }: BlockServer,
  pushes: Pushes,
  client: LibcoapClient,
  { fileBytes, forMs }: { fileBytes: number; forMs: number },
): Promise<MemoryMeasure> {
  const before = useOf(pid).rssBytes;
  let most = before;
  const look = setInterval(() => {
    most = Math.max(most, useOf(pid).rssBytes);
  }, LOOK_EVERY_MS);
  try {
    await pushes.begin();
    const began = performance.now();
    const failed = (error: unknown): void => {
      if (performance.now() - began < forMs) throw error;
    };
    await Promise.all(plain.map((target) => client.download(target, { withinMs: forMs }).catch(failed)));
    const seconds = (performance.now() - began) / 1_000;
    const { blocks } = pushes;
    return { downloads: plain.length, pushes: PUSHES, blocksPushed: blocks, fileBytes, seconds, grownBytes: most - before };
  } finally {
    clearInterval(look);
    await pushes.end();
  }
}
