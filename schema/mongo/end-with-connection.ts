import { dirname, join } from 'node:path';

/** What is used here of the driver's own class of a connection; none of it is public. */
interface DriverConnection {
  cleanup(error: Error): void;
  readonly closed: boolean;
  readonly socket: { listenerCount(event: 'drain'): number; emit(event: 'error', error: Error): boolean };
}

const PATCHED = Symbol.for('updraft.endCommandsWithConnection');

/**
 * MongoDB's driver (7.8; the source of 7.9 is the same) may be given a command for a connection whose socket has just been destroyed, in the
 * moment before the socket says so: mongod was killed, or stepped down. It then waits for the socket to drain, which never happens and which
 * no time-out of the driver covers: the command waits for ever, and with it a push or a download. Told of an error that wait ends, and the
 * driver tries the command again where that is safe. `test/contract/closed-connection.test.ts` fails without this, or with a driver that is
 * built otherwise.
 */
export function endCommandsWithConnection(): void {
  const driver = dirname(require.resolve('mongodb', { paths: [dirname(require.resolve('mongoose'))] }));
  const { Connection } = require(join(driver, 'cmap', 'connection')) as {
    Connection?: { prototype: DriverConnection & { [PATCHED]?: true } };
  };
  const prototype = Connection?.prototype;
  if (typeof prototype?.cleanup !== 'function' || prototype[PATCHED]) return;
  const { cleanup } = prototype;
  prototype.cleanup = function (this: DriverConnection, error) {
    if (this.closed) return;
    cleanup.call(this, error);
    if (this.socket.listenerCount('drain') > 0) this.socket.emit('error', error);
  };
  prototype[PATCHED] = true;
}
