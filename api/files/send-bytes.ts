import type { ServerResponse } from 'node:http';
import { API_LIMITS } from '../limits';
import { resetConnection } from './connection';

/**
 * Sends pieces and ends the response. The next piece is asked for when the one before has left this process: only then it counts as sent, and
 * its memory may be used again. Returns early when the client has gone or took nothing for too long, which ends the reading; rejects only
 * with what reading threw. By hand rather than by `pipeline`, whose signals and listeners outweigh a small range.
 */
export async function sendBytes(pieces: AsyncIterable<Buffer>, res: ServerResponse, sent: (bytes: number) => void): Promise<void> {
  const { socket } = res.req;
  res.setTimeout(API_LIMITS.idleTransferMs, () => resetConnection(socket));
  for await (const piece of pieces) {
    if (res.destroyed) return;
    await left(res, piece);
    if (res.destroyed) return;
    sent(piece.length);
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
