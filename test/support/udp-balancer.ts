import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface UdpBalancer {
  /** Where devices find it, on loopback. */
  readonly port: number;
  /** From now on nothing goes to this target: its clients go to the next one. */
  avoid(target: number): void;
  close(): void;
}

/**
 * A balancer for UDP in front of servers on loopback: what comes from one address and port goes to the same one of them, and is seen there
 * under a port of its own, which stays when the target changes.
 */
export async function startUdpBalancer(ports: readonly number[]): Promise<UdpBalancer> {
  const inner = createSocket('udp4');
  const clients = new Map<string, { outer: Socket; turn: number }>();
  const avoided = new Set<number>();

  function clientOf(address: string, port: number): { outer: Socket; turn: number } {
    const key = `${address} ${port}`;
    const known = clients.get(key);
    if (known) return known;
    const outer = createSocket('udp4');
    outer.on('error', () => undefined);
    outer.on('message', (datagram) => inner.send(datagram, port, address));
    const client = { outer, turn: clients.size };
    clients.set(key, client);
    return client;
  }

  inner.on('message', (datagram, { address, port }) => {
    const targets = ports.filter((_, index) => !avoided.has(index));
    const { outer, turn } = clientOf(address, port);
    const preferred = ports[turn % ports.length] as number;
    const target = targets.includes(preferred) ? preferred : targets[turn % targets.length];
    if (target !== undefined) outer.send(datagram, target, '127.0.0.1');
  });
  inner.bind(0, '127.0.0.1');
  await once(inner, 'listening');
  return {
    port: inner.address().port,
    avoid: (target) => void avoided.add(target),
    close() {
      inner.close();
      for (const { outer } of clients.values()) outer.close();
    },
  };
}
