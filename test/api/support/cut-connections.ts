import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/**
 * The API's side of the connections that are made from here on. A client that does not read does not see that its connection was cut: only
 * this side tells.
 */
export function apiConnections() {
  const byPort = new Map<number | undefined, Socket>();
  const opened = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    byPort.set(socket.remotePort, socket);
  };
  subscribe('net.server.socket', opened);
  return {
    /** When the API's side of a client's connection is closed. */
    async cut({ localPort }: Pick<Socket, 'localPort'>): Promise<void> {
      const socket = byPort.get(localPort);
      if (!socket) throw new Error(`There is no connection from ${localPort}.`);
      if (!socket.closed) await once(socket, 'close');
    },
    stop: () => void unsubscribe('net.server.socket', opened),
  };
}
