import type { Request } from 'express';
import { goesOnUntil } from '../../schema/model/protocol/least-rate';
import { API_LIMITS } from '../limits';

const LOOK_MS = 5_000;
const LEAST = { bytesPerSecond: API_LIMITS.uploadBytesPerSecond, timeoutMs: API_LIMITS.idleTransferMs };

/** Calls `cut` for a body that has stopped, or comes more slowly than any line brings it. What this process has not read yet is not its sender's delay. */
export function cutWhenSlow(req: Request, cut: () => void, lookMs: number = LOOK_MS): void {
  const { socket } = req;
  let until = performance.now() + LEAST.timeoutMs;
  let seen = socket.bytesRead;
  const look = setInterval(() => {
    const now = performance.now();
    if (req.readableLength > 0) until += lookMs;
    until = goesOnUntil(until, socket.bytesRead - seen, now, LEAST);
    seen = socket.bytesRead;
    if (now <= until) return;
    clearInterval(look);
    cut();
  }, lookMs).unref();
  req.once('end', () => clearInterval(look)).once('close', () => clearInterval(look));
}
