import type { ServerResponse } from 'node:http';

/** What is written at once: more while it leaves quickly, and less where it doesn't, so that also a slow device is seen to take something. */
const FIRST_BYTES = 64 * 1024;
const LEAST_BYTES = 16 * 1024;
const MOST_BYTES = 512 * 1024;
const QUICK_MS = 100;
const SLOW_MS = 1_000;

/**
 * Sends pieces and ends the response. The next piece is asked for when the one before has left this process: only then its memory may be used
 * again, and each part of it counts as sent when it has. Returns early when the client has gone, or was cut for being too slow, which ends the
 * reading; rejects only with what reading threw. By hand rather than by `pipeline`, whose signals and listeners outweigh a small range.
 */
export async function sendBytes(pieces: AsyncIterable<Buffer>, res: ServerResponse, sent: (bytes: number) => void): Promise<void> {
  let step = FIRST_BYTES;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      if (res.destroyed) return;
      const part = piece.subarray(at, at + step);
      const began = performance.now();
      await left(res, part);
      if (res.destroyed) return;
      sent(part.length);
      at += part.length;
      const ms = performance.now() - began;
      if (ms < QUICK_MS) step = Math.min(2 * step, MOST_BYTES);
      else if (ms > SLOW_MS) step = LEAST_BYTES;
    }
  }
  res.end();
}

/** Also settles when the connection closes. */
const left = (res: ServerResponse, piece: Buffer): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      res.off('close', done);
      resolve();
    };
    res.on('close', done);
    res.write(piece, done);
  });
