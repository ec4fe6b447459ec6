import type { ServerResponse } from 'node:http';

/** What is written at once: more while it leaves quickly, and less where it doesn't, so that also a slow device is seen to take something. */
const FIRST_BYTES = 64 * 1024;
const LEAST_BYTES = 16 * 1024;
const MOST_BYTES = 512 * 1024;
const QUICK_MS = 100;
const SLOW_MS = 1_000;

/**
 * Sends pieces, `length` bytes in all, and ends the response with the last of them. The next piece is asked for when the one before has left
 * this process: only then its memory may be used again, and each part of it counts as sent when it has. True: all of it has left. Returns false
 * when the client has gone, or was cut for being too slow, which ends the reading; rejects with what reading threw, and when there was too little.
 * By hand rather than by `pipeline`, whose signals and listeners outweigh a small range.
 */
export async function sendBytes(
  pieces: AsyncIterable<Buffer>,
  length: number,
  res: ServerResponse,
  sent: (bytes: number) => void,
): Promise<boolean> {
  const { socket } = res.req;
  let step = FIRST_BYTES;
  let rest = length;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      if (socket.destroyed) return false;
      const part = piece.subarray(at, at + step);
      const began = performance.now();
      rest -= part.length;
      if (!(await left(res, part, rest <= 0))) return false;
      sent(part.length);
      if (rest <= 0) return true;
      at += part.length;
      const ms = performance.now() - began;
      if (ms < QUICK_MS) step = Math.min(2 * step, MOST_BYTES);
      else if (ms > SLOW_MS) step = LEAST_BYTES;
    }
  }
  if (rest > 0) throw new Error(`A file ended ${rest} bytes before its length.`);
  res.end();
  return true;
}

/** Whether it has; false when the connection closes, which a response that waits behind another one on it is not told. */
const left = (res: ServerResponse, piece: Buffer, isLast: boolean): Promise<boolean> =>
  new Promise((resolve) => {
    const { socket } = res.req;
    const closed = (): void => resolve(false);
    const done = (error?: Error | null): void => {
      socket.off('close', closed);
      resolve(!error);
    };
    socket.on('close', closed);
    if (isLast) res.end(piece, done);
    else res.write(piece, done);
  });
