import { Transform } from 'node:stream';
import type { PackageUpload } from '../../core/packages/contract';

export interface HeldFile {
  stream: Transform;
  /** What follows the file was in order: its stream may end. */
  release(): void;
}

/** Passes bytes on, and the end only after `release`. */
export function heldFile(): HeldFile {
  let released = false;
  let flushed: (() => void) | null = null;
  return {
    stream: new Transform({
      transform: (chunk, _encoding, done) => done(null, chunk),
      flush(done) {
        if (released) done();
        else flushed = done;
      },
    }),
    release() {
      released = true;
      flushed?.();
    },
  };
}

/** The files of one upload as they come; at most as many as the parser lets through wait here, with a few KiB each. */
export function fileQueue() {
  const waiting: PackageUpload[] = [];
  let ended = false;
  let failure: Error | null = null;
  let wake: () => void = () => undefined;

  async function* all(): AsyncGenerator<PackageUpload> {
    for (;;) {
      if (failure) throw failure;
      const next = waiting.shift();
      if (next) yield next;
      else if (ended) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  return {
    all: all(),
    add(file: PackageUpload): void {
      waiting.push(file);
      wake();
    },
    end(): void {
      ended = true;
      wake();
    },
    fail(error: Error): void {
      failure = error;
      wake();
    },
  };
}
