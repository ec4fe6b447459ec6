import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export type Direction = 'to server' | 'to device';

type Decide = (direction: Direction, datagram: Buffer, devicePort: number) => boolean;

export interface UdpNat {
  /** Where devices find the server. */
  readonly port: number;
  /** The ports by which the server sees the devices, in the order in which these came. */
  outerPorts(): number[];
  /** Forgets its mappings: whoever sends next appears at another port, and what comes to the old ones is lost. */
  rebind(): void;
  /** Decides over each datagram, told which port is the device's: false loses it. It may rebind while it does. */
  onDatagram(decide: Decide | null): void;
  close(): void;
}

/** A NAT between devices and a server on this machine, which may change its mapping at any step. */
export async function startUdpNat(server: { host: string; port: number }): Promise<UdpNat> {
  const inner = createSocket('udp4');
  const mappings = new Map<string, Promise<Socket>>();
  const open = new Set<Socket>();
  let decide: Decide | null = null;
  let bound: number[] = [];

  async function mapped(address: string, port: number): Promise<Socket> {
    const outer = createSocket('udp4');
    open.add(outer);
    outer.on('error', () => undefined);
    outer.on('message', (datagram) => {
      if (mappings.get(`${address}:${port}`) !== mapping) return;
      if (decide?.('to device', datagram, port) !== false) inner.send(datagram, port, address, () => undefined);
    });
    const mapping = new Promise<Socket>((resolve) => outer.connect(server.port, server.host, () => resolve(outer)));
    mappings.set(`${address}:${port}`, mapping);
    await mapping;
    bound.push(outer.address().port);
    return outer;
  }

  inner.on('error', () => undefined);
  inner.on('message', async (datagram, { address, port }) => {
    if (decide?.('to server', datagram, port) === false) return;
    const outer = await (mappings.get(`${address}:${port}`) ?? mapped(address, port));
    if (open.has(outer)) outer.send(datagram, () => undefined);
  });
  inner.bind(0, '127.0.0.1');
  await once(inner, 'listening');

  function forget(): void {
    mappings.clear();
    bound = [];
    for (const outer of open) outer.close();
    open.clear();
  }

  return {
    port: inner.address().port,
    outerPorts: () => [...bound],
    rebind: forget,
    onDatagram(next) {
      decide = next;
    },
    close() {
      forget();
      inner.close();
    },
  };
}

/** Loses all that comes from a port behind so many datagrams; of so many ports, those after them lose nothing. */
export function cutsOffAfter(datagrams: number, times = 1): Decide {
  const sent = new Map<number, number>();
  return (direction, _datagram, port) => {
    if (direction === 'to device') return true;
    const before = sent.get(port) ?? 0;
    if (before === 0 && sent.size === times) return true;
    sent.set(port, before + 1);
    return before < datagrams;
  };
}
