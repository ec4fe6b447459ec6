import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Balancer {
  url: string;
  /** Connections it has led to each of the places so far. */
  led: readonly number[];
  stop(): Promise<void>;
}

/** What stands before several gateways: each new connection is led to the next of them. */
export async function startBalancer(places: readonly string[]): Promise<Balancer> {
  const led = places.map(() => 0);
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((inside) => {
    const index = turn++ % places.length;
    led[index] = (led[index] ?? 0) + 1;
    const { hostname, port } = new URL(places[index] ?? '');
    const outside = connect(Number(port), hostname);
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      open.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    led,
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
