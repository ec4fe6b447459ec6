import type { ServerResponse } from 'node:http';
import { API_LIMITS } from '../limits';

/**
 * Sends pieces and ends the response, asking for the next piece when the one before has left or fits into what waits to: then it counts
 * as sent. Returns early when the client has gone or took nothing for too long, which ends the reading; rejects only with what reading threw.
 * By hand rather than by `pipeline`, whose signals and listeners outweigh a small range.
 */
export async function sendBytes(pieces: AsyncIterable<Buffer>, res: ServerResponse, sent: (bytes: number) => void): Promise<void> {
  res.setTimeout(API_LIMITS.idleTransferMs, () => res.destroy());
  for await (const piece of pieces) {
    if (res.destroyed) return;
    if (!res.write(piece)) await drained(res);
    if (res.destroyed) return;
    sent(piece.length);
  }
  res.end();
}

const drained = (res: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.on('drain', done).on('close', done);
  });
