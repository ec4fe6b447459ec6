import { useOf } from '../process-meter';
import type { BlockServer } from './downloads-part';
import type { LibcoapClient } from './libcoap';
import type { Pushes } from './pushes';

export interface MemoryMeasure {
  downloads: number;
  /** Of those, how many ended early and without the file, and what the first one said. */
  failed: number;
  failure: string | null;
  /** How many were under way when the downloads began. */
  pushes: number;
  /** Blocks pushed meanwhile, of all pushes. */
  blocksPushed: number;
  fileBytes: number;
  seconds: number;
  /** The most that the process had resident beyond what it had before. */
  grownBytes: number;
  /** What of that was still in use when the downloads were over and its garbage collected; pushes went on. */
  liveBytes: number;
}

interface MeasuredServer extends Pick<BlockServer, 'plain' | 'pid'> {
  settle(): Promise<number>;
}

const LOOK_EVERY_MS = 50;

/** Pushes and downloads of everybody at once, for as long as the downloads take or for `forMs`: what they add to the server's memory. */
export async function downloadMemory(
  { plain, pid, settle }: MeasuredServer,
  pushes: Pushes,
  client: LibcoapClient,
  { fileBytes, forMs }: { fileBytes: number; forMs: number },
): Promise<MemoryMeasure> {
  const liveBefore = await settle();
  const before = useOf(pid).rssBytes;
  let most = before;
  const look = setInterval(() => {
    most = Math.max(most, useOf(pid).rssBytes);
  }, LOOK_EVERY_MS);
  try {
    const underWay = await pushes.begin();
    const began = performance.now();
    const failures: string[] = [];
    // Those that are not over by then are broken off.
    const failed = (error: unknown): void => {
      if (performance.now() - began < forMs) failures.push(String(error).slice(0, 200));
    };
    await Promise.all(plain.map((target) => client.download(target, { withinMs: forMs }).catch(failed)));
    const seconds = (performance.now() - began) / 1_000;
    const { blocks } = pushes;
    const grownBytes = most - before;
    const liveBytes = (await settle()) - liveBefore;
    return {
      ...{ downloads: plain.length, failed: failures.length, failure: failures[0] ?? null },
      ...{ pushes: underWay, blocksPushed: blocks, fileBytes, seconds, grownBytes, liveBytes },
    };
  } finally {
    clearInterval(look);
    await pushes.end();
  }
}
