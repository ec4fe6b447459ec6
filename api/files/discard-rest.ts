import type { Request, Response } from 'express';

const REST_BYTES = 16 * 1024 * 1024;
const REST_MS = 5_000;

/**
 * Before a body is refused half-way: a client that still sends would lose the answer to a reset connection, so a while of it
 * is read and thrown away; then the connection is closed.
 */
export function discardRest(req: Request, res: Response): void {
  if (req.complete || req.destroyed) return;
  res.setHeader('Connection', 'close');
  let left = REST_BYTES;
  const cut = setTimeout(() => req.destroy(), REST_MS).unref();
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.destroy();
  });
  req.once('close', () => clearTimeout(cut));
  req.resume();
}
