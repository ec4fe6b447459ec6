import type { Socket } from 'node:net';
import { tcpOf } from '../../core/tcp-of';

/** The megabytes that a kernel may hold take a slow device about so long. */
const ARRIVAL_MS = 30_000;

/** Ends a connection with all that waits in the kernel for its client: an end without a reset sends that first, megabytes of it. */
export function resetConnection(socket: Socket): void {
  const below = tcpOf(socket);
  if (!below.destroyed) below.resetAndDestroy();
  socket.destroy();
}

/**
 * Keeps the connection of a response that is its last: its end is told, and then it is the client's turn to close. Node would close it, and what
 * the kernel holds of a closed connection can't be taken back.
 */
export function leaveToClient(socket: Socket): void {
  (socket as Socket & { destroySoon(): void }).destroySoon = () => void socket.end();
}

/** Calls `done` when nothing of the last response on a connection has to be stopped any more: this is closed, or half a minute has passed. */
export function whenArrived(socket: Socket, done: () => void): void {
  if (socket.destroyed) {
    done();
    return;
  }
  const timer = setTimeout(over, ARRIVAL_MS).unref();
  function over(): void {
    clearTimeout(timer);
    socket.off('close', over);
    done();
  }
  socket.once('close', over);
  socket.setTimeout(ARRIVAL_MS);
}
