import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Balancer {
  url: string;
  /** Leads nobody there, and cuts the connections that are; or leads there again. */
  avoid(index: number, avoided?: boolean): void;
  /** Connections it has led to each of the places so far. */
  led: readonly number[];
  stop(): Promise<void>;
}

/** What stands before several gateways: each new connection is led to the next of them. */
export async function startBalancer(places: readonly string[]): Promise<Balancer> {
  const led = places.map(() => 0);
  const open = new Set<Socket>();
  const avoided = new Set<number>();
  const placeOf = new WeakMap<Socket, number>();
  let turn = 0;
  const server = createServer((inside) => {
    let index = turn++ % places.length;
    if (avoided.has(index)) index = turn++ % places.length;
    led[index] = (led[index] ?? 0) + 1;
    const { hostname, port } = new URL(places[index] ?? '');
    const outside = connect(Number(port), hostname);
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      open.add(socket);
      placeOf.set(socket, index);
      socket.on('error', () => {});
      socket.once('close', () => {
        open.delete(socket);
        // What was said before it closed is still led to its end.
        other.destroySoon();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    led,
    avoid(index, avoids = true) {
      if (!avoids) return void avoided.delete(index);
      avoided.add(index);
      for (const socket of open) if (placeOf.get(socket) === index) socket.destroy();
    },
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
