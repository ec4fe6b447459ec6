import type { FileEnd } from './file-end';

/** What is wanted of a file next: bytes to look at, or none of them. `last`: the file may also end here. */
export type Step = ({ read: number } | { skip: number }) & { last?: true };
/** Goes through a file, and returns where nothing more can be said of the rest. */
export type Walk<T = void> = Generator<Step, T, Buffer>;

const NONE = Buffer.alloc(0);

/** R-PKG-2: follows a walk through bytes as they come. `cut`: what is wrong with a file that ends where it may not. */
export function walked(walk: Walk, cut: string): FileEnd {
  let step = walk.next();
  let taken: Buffer = NONE;
  let skipped = 0;

  /** Gives how many of the bytes it has used. */
  function take(bytes: Buffer): number {
    const wanted = step.value as Step;
    if ('skip' in wanted) {
      const used = Math.min(wanted.skip - skipped, bytes.length);
      skipped += used;
      if (skipped === wanted.skip) goOn(NONE);
      return used;
    }
    const used = Math.min(wanted.read - taken.length, bytes.length);
    taken = Buffer.concat([taken, bytes.subarray(0, used)]);
    if (taken.length === wanted.read) goOn(taken);
    return used;
  }
  function goOn(bytes: Buffer): void {
    [taken, skipped] = [NONE, 0];
    step = walk.next(bytes);
  }

  return {
    update(bytes) {
      for (let at = 0; at < bytes.length && !step.done; ) at += take(bytes.subarray(at));
    },
    async problem() {
      while (!step.done && 'skip' in step.value && step.value.skip === 0) goOn(NONE);
      if (step.done || step.value.last) return isBlank(taken) ? null : cut;
      return cut;
    },
    close: () => undefined,
  };
}

/** Zeros that fill nothing up, at the very end, are nobody's loss. */
const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);
