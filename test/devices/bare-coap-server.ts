import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { generate, type NamedOption, type Packet, type ParsedPacket, parse } from 'coap-packet';
import { blockOf, blockOption, bytesOf, textsOf, uintOption } from '../support/devices/lwm2m/coap/coap-options';
import { patience } from '../support/devices/patience';

export interface BareCoapServer {
  port: number;
  /** Requests of the device, in order; one that it repeats, since its answer was slow to come, is answered again and stands here once. */
  asked: (ParsedPacket & { at: number })[];
  /** Answers to the next Registers and Updates, in place of 2.01 and 2.04. */
  answers: { code: string; options?: NamedOption[] }[];
  /** Everything else that came of the device: acknowledgements, responses, resets; a response that it repeats once as well. */
  heard: ParsedPacket[];
  /** A confirmable request, not repeated; the response, whether in the acknowledgement or in a message of its own. */
  ask(packet: Packet): Promise<ParsedPacket>;
  /** Sent, and not waited for. */
  say(packet: Packet): void;
  /** Resolves with what was heard for which `where` holds, now or later. */
  until(where: (packet: ParsedPacket) => boolean): Promise<ParsedPacket>;
  /** Pushes a body to `/5/0/0` by blocks, all with one token, as far as they are taken. The last answer. */
  push(body: Buffer, options?: { szx?: number; token?: Buffer; upTo?: number }): Promise<ParsedPacket>;
  close(): void;
}

/** A server with no rules at all, that reads and writes single messages: what a device does on the wire is seen as it is. */
export async function startBareCoapServer(): Promise<BareCoapServer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  let device = { address: '127.0.0.1', port: 0 };
  let messageId = 0;
  const waiting = new Set<() => void>();
  /** What was sent back to a confirmable message, by its port and id. */
  const answered = new Map<string, Packet>();
  const send = (packet: Packet): void => socket.send(generate(packet), device.port, device.address);

  socket.on('message', (datagram, { address, port }) => {
    device = { address, port };
    const packet = parse(datagram);
    const message = `${port} ${packet.messageId}`;
    const before = packet.confirmable ? answered.get(message) : undefined;
    if (before) return send(before);
    const request = packet.code.startsWith('0.') && packet.code !== '0.00';
    const back = request ? answerTo(packet) : { code: '0.00', ack: true, messageId: packet.messageId };
    if (!request) server.heard.push(packet);
    if (packet.confirmable) answered.set(message, back);
    if (request || packet.confirmable) send(back);
    for (const look of waiting) look();
  });

  function answerTo(packet: ParsedPacket): Packet {
    server.asked.push({ ...packet, at: performance.now() });
    const registers = textsOf(packet, 'Uri-Path').length === 1;
    const { code, options = [] } = server.answers.shift() ?? { code: registers ? '2.01' : '2.04' };
    const location = code === '2.01' ? ['rd', 'r1'].map((value) => ({ name: 'Location-Path' as const, value: Buffer.from(value) })) : [];
    return { code, ack: true, messageId: packet.messageId, token: packet.token, options: [...location, ...options] };
  }

  const server: BareCoapServer = {
    port: socket.address().port,
    asked: [],
    answers: [],
    heard: [],
    say(packet) {
      messageId += 1;
      send({ confirmable: true, messageId, ...packet });
    },
    async ask(packet) {
      const token = packet.token ?? Buffer.from([messageId >> 8, messageId & 0xff, 1]);
      const before = server.heard.length;
      server.say({ ...packet, token });
      return server.until((heard) => heard.code !== '0.00' && heard.token.equals(token) && server.heard.indexOf(heard) >= before);
    },
    until: (where) =>
      new Promise((resolve, reject) => {
        const end = setTimeout(() => reject(new Error('the device did not say it')), patience(30_000));
        const look = (): void => {
          const found = server.heard.find(where);
          if (!found) return;
          clearTimeout(end);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    async push(body, { szx = 6, token = Buffer.from('push'), upTo = Number.POSITIVE_INFINITY } = {}) {
      for (let at = 0, size = szx; ; ) {
        const num = at / bytesOf(size);
        const more = at + bytesOf(size) < body.length;
        const options = [...atPath('/5/0/0'), blockOption('Block1', { num, more, szx: size }), uintOption('Size1', body.length)];
        const answered = await server.ask({ code: 'PUT', token, options, payload: body.subarray(at, at + bytesOf(size)) });
        at += bytesOf(size);
        size = Math.min(size, blockOf(answered, 'Block1')?.szx ?? size);
        if (answered.code !== '2.31' || at >= upTo) return answered;
      }
    },
    close: () => socket.close(),
  };
  return server;
}

export const atPath = (path: string): NamedOption[] =>
  path
    .slice(1)
    .split('/')
    .map((part) => ({ name: 'Uri-Path', value: Buffer.from(part) }));
