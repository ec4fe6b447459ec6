import type { Server } from 'node:http';
import type { Part } from './part';

/** Listens on loopback alone; rejects when the port is taken. Stopping ends the connections that are open. */
export async function listenOnLoopback(server: Server, port: number): Promise<Part> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
