import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createDtlsClient } from '../../support/dtls/client';

/** What the process is told, once, and answers when it is done. */
export interface FloodOrder {
  port: number;
  count: number;
  /** At most: a flood at full speed would take the processor that the server needs. */
  perSecond: number;
}
export interface FloodDone {
  sent: number;
  seconds: number;
}

const AT_ONCE = 32;

/** Entry of a child process: ClientHellos, each from an address of its own out of 127.0.0.0/8, which does not care for the answer. */
async function flood({ port, count, perSecond }: FloodOrder): Promise<FloodDone> {
  const hello = await helloOf();
  const began = performance.now();
  let next = 0;
  async function some(): Promise<void> {
    for (let number = next++; number < count; number = next++) {
      const early = (number * 1_000) / perSecond - (performance.now() - began);
      if (early > 1) await delay(early);
      const socket = createSocket('udp4');
      const listening = once(socket, 'listening');
      socket.bind({ address: `127.${1 + (number >> 15)}.${1 + ((number >> 7) & 0xff)}.${1 + (number & 0x7f)}`, port: 0 });
      await listening;
      await new Promise<void>((resolve, reject) => {
        socket.send(hello, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
      });
      socket.close();
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, some));
  return { sent: count, seconds: (performance.now() - began) / 1_000 };
}

async function helloOf(): Promise<Buffer> {
  const sent: Buffer[] = [];
  const client = await createDtlsClient({ identity: 'nobody', key: Buffer.alloc(16, 1), send: (datagram) => void sent.push(datagram) });
  client.connect().catch(() => undefined);
  client.vanish();
  const [hello] = sent;
  if (hello === undefined) throw new Error('A client without a hello.');
  return hello;
}

process.once('message', (order: FloodOrder) => void flood(order).then((done) => process.send?.(done)));
process.once('disconnect', () => process.exit(0));
