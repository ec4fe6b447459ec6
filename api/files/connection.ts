import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The megabytes that a kernel may hold take a slow device about so long. */
const ARRIVAL_MS = 30_000;
const arrivals = new WeakMap<Socket, () => void>();

/** Ends a connection with all that waits in the kernel for its client: an end without a reset sends that first, megabytes of it. */
export function resetConnection(socket: Socket): void {
  // Of TLS: the connection below it.
  const below = (socket as { _parent?: Socket | null })._parent ?? socket;
  if (!below.destroyed) below.resetAndDestroy();
  socket.destroy();
}

/**
 * Calls `done` when nothing of a response that was ended has to be stopped any more: another request has come on its connection, or this is
 * closed, or half a minute has passed. Node does not close it before: what the kernel holds of a closed connection can't be taken back.
 */
export function whenArrived({ socket }: IncomingMessage, res: ServerResponse, done: () => void): void {
  if (socket.destroyed) {
    done();
    return;
  }
  const timer = setTimeout(over, ARRIVAL_MS).unref();
  function over(): void {
    clearTimeout(timer);
    socket.off('close', over);
    arrivals.delete(socket);
    done();
  }
  arrivals.set(socket, over);
  socket.once('close', over);
  const last = socket as Socket & { destroySoon(): void };
  // For the last response on a connection: its end is told, and then it is the client's turn to close.
  last.destroySoon = () => void socket.end();
  const stay = (): void => void socket.setTimeout(ARRIVAL_MS);
  if (res.writableFinished) stay();
  else res.once('finish', stay);
}

/** Another request has come: its client has read the response before. */
export const anotherRequestOn = (socket: Socket): void => arrivals.get(socket)?.();
