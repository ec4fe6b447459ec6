import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface LingerBounds {
  /** What is read after the answer, at most. */
  bytes: number;
  /** For so long, at most. */
  ms: number;
  /** And no longer after the last byte. */
  idleMs: number;
}

/** Bytes and time are looked at so often. */
const LOOK_EVERY_MS = 100;

type Closing = Socket & { destroySoon(): void };

/**
 * RFC 9112, 9.6: an answer that comes before its request has ended, a refusal as a rule, is lost where the connection is closed over bytes
 * that nobody has read: the client's kernel throws it away with the reset, or the client never looks because it is still sending. So what
 * still comes is read and thrown away, within bounds, before the connection is closed. For each request, before anybody answers it.
 */
export function linger(req: IncomingMessage, res: ServerResponse, bounds: () => LingerBounds): void {
  if (!hasBody(req)) return;
  const socket = req.socket as Closing;
  const writeHead = res.writeHead;
  res.writeHead = ((...head: Parameters<typeof writeHead>) => {
    res.writeHead = writeHead;
    if (!req.complete) {
      // Clients that look while they send stop at this. What is short has come in before another connection would be open.
      if (!isShort(req)) res.setHeader('Connection', 'close');
      // Node closes with the end of the answer where either side has said so: not before `readOn` has.
      let isLast = false;
      socket.destroySoon = () => {
        isLast = true;
      };
      res.once('finish', () => readOn(req, socket, bounds(), () => isLast));
    }
    return writeHead.apply(res, head);
  }) as typeof writeHead;
}

const SHORT_BYTES = 64 * 1024;
const isShort = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length']) <= SHORT_BYTES;

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function readOn(req: IncomingMessage, socket: Closing, { bytes, ms, idleMs }: LingerBounds, isLast: () => boolean): void {
  const first = socket.bytesRead;
  const began = Date.now();
  let last = { bytes: first, at: began };
  const looks = setInterval(look, LOOK_EVERY_MS).unref();
  const gone = (): void => clearInterval(looks);
  socket.once('close', gone);
  req.on('error', () => undefined);
  if (req.complete) {
    end();
    return;
  }
  req.once('end', end);
  // Whoever read it has answered, and may have paused it.
  req.unpipe();
  for (const event of ['data', 'readable']) req.removeAllListeners(event);
  // Behind what the removal has set going, which takes the request for one that nobody reads.
  process.nextTick(() => req.resume());

  function look(): void {
    const now = Date.now();
    if (socket.bytesRead > last.bytes) last = { bytes: socket.bytesRead, at: now };
    if (last.bytes - first > bytes || now - began > ms || now - last.at > idleMs) socket.destroy();
  }

  function end(): void {
    clearInterval(looks);
    // The connection may have many requests still.
    socket.off('close', gone);
    Reflect.deleteProperty(socket, 'destroySoon');
    if (isLast()) socket.destroySoon();
  }
}
