import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const TRIES = 20;

/** The first of so many UDP ports of 127.0.0.1 in a row that nobody has. */
export async function freeUdpPorts(count: number): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const first = await boundPort(0);
    if (first === null || first + count > 65_536) continue;
    const rest = await Promise.all(Array.from({ length: count - 1 }, (_, index) => boundPort(first + 1 + index)));
    if (rest.every((port) => port !== null)) return first;
  }
  throw new Error(`There are no ${count} free UDP ports in a row.`);
}

async function boundPort(port: number): Promise<number | null> {
  const socket = createSocket('udp4');
  try {
    const listening = once(socket, 'listening');
    socket.bind(port, '127.0.0.1');
    await listening;
    return socket.address().port;
  } catch {
    return null;
  } finally {
    socket.close();
  }
}
