import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface UdpBalancer {
  /** Where devices find the servers. */
  readonly port: number;
  /** Leads nobody there: whose server it was comes to another one with its next datagram, from the same port. Or leads there again. */
  avoid(index: number, avoided?: boolean): void;
  /** Sources that are led to each of the places now. */
  led(): number[];
  close(): void;
}

interface Flow {
  outer: Socket;
  /** Index of its place. */
  at: number;
}

/**
 * What stands before several servers that speak UDP on this machine. Each new source comes to the next of them, and stays there as long as
 * that is not avoided. Servers see a port for each source, the same wherever it is led, as they see sources behind IPVS.
 */
export async function startUdpBalancer(places: readonly number[]): Promise<UdpBalancer> {
  const inner = createSocket('udp4');
  const flows = new Map<string, Promise<Flow>>();
  const open = new Set<Flow>();
  const avoided = new Set<number>();
  let turn = 0;

  function nextPlace(): number {
    for (let tried = 0; tried < places.length; tried += 1) {
      const index = turn++ % places.length;
      if (!avoided.has(index)) return index;
    }
    throw new Error('All places are avoided.');
  }

  async function begin(port: number, address: string): Promise<Flow> {
    const outer = createSocket('udp4');
    const flow: Flow = { outer, at: nextPlace() };
    open.add(flow);
    outer.on('error', () => undefined);
    outer.on('message', (datagram, from) => {
      if (from.port === places[flow.at]) inner.send(datagram, port, address, () => undefined);
    });
    outer.bind(0, '127.0.0.1');
    await once(outer, 'listening');
    return flow;
  }

  function flowOf(port: number, address: string): Promise<Flow> {
    const source = `${address} ${port}`;
    const flow = flows.get(source) ?? begin(port, address);
    flows.set(source, flow);
    return flow;
  }

  inner.on('error', () => undefined);
  inner.on('message', async (datagram, { port, address }) => {
    const flow = await flowOf(port, address);
    if (!open.has(flow)) return;
    if (avoided.has(flow.at)) flow.at = nextPlace();
    flow.outer.send(datagram, places[flow.at], '127.0.0.1', () => undefined);
  });
  inner.bind(0, '127.0.0.1');
  await once(inner, 'listening');

  return {
    port: inner.address().port,
    avoid(index, avoids = true) {
      if (avoids) avoided.add(index);
      else avoided.delete(index);
    },
    led: () => places.map((_, index) => [...open].filter(({ at }) => at === index).length),
    close() {
      inner.close();
      for (const { outer } of open) outer.close();
      open.clear();
    },
  };
}
