import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isForFile } from '../../../gateways/coap/blocks/decide-block';
import { createFront } from '../../../gateways/coap/front/front';
import { openUdp } from '../../../gateways/coap/front/udp';
import { blockSize } from '../../../gateways/coap/message/block-option';
import type { CoapMessage, CoapOption } from '../../../gateways/coap/message/message';
import { OPTION } from '../../../gateways/coap/message/options';
import { parseMessage } from '../../../gateways/coap/message/parse';
import { writeMessage } from '../../../gateways/coap/message/write';
import { asRead, blockServer, requestOf } from './blocks-support';
import { createCountedMetrics } from './front-support';

const FILE = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 31 + (index >> 8)) % 256));
const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

/** The file behind the front, as a gateway has it. */
async function serve() {
  const { answerBlock, counts } = blockServer(FILE);
  const metrics = createCountedMetrics();
  const front = createFront({
    metrics,
    isRepeatable: isForFile,
    async onRequest(peer, request, respond) {
      respond(await answerBlock({ peer: peer.key, deviceId: null }, request));
    },
    onNotification: () => false,
    onError(error) {
      throw error;
    },
  });
  const sockets = await openUdp({ addresses: ['127.0.0.1'], port: 0, receive: front.receive, onError: () => undefined });
  opened.push(front, sockets);
  return { port: sockets.bound[0]?.port ?? 0, counts, dropped: metrics.counts };
}

let messageId = 0;
/** A device at a port of its own. */
async function device(port: number) {
  const socket: Socket = createSocket('udp4');
  opened.push({ close: () => socket.close() });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  async function exchange(datagram: Buffer): Promise<Buffer> {
    const answered = once(socket, 'message');
    socket.send(datagram, port, '127.0.0.1');
    return ((await answered) as [Buffer])[0];
  }
  return {
    exchange,
    async ask(asked: Parameters<typeof requestOf>[0], more: CoapOption[] = []) {
      messageId += 1;
      const request: CoapMessage = requestOf(asked);
      const answer = parseMessage(await exchange(writeMessage({ ...request, messageId, options: [...request.options, ...more] })));
      if (!('message' in answer)) throw new Error(answer.malformed);
      expect([answer.message.messageId, answer.message.type, answer.message.token]).toEqual([messageId, 'ACK', request.token]);
      return asRead(answer.message);
    },
  };
}

test.each([
  ['1,024 bytes', 6, 20],
  ['64 bytes', 2, 400],
])('R-DL-4 a device whose port changes on its way has the whole file, in blocks of %s', async (_, szx, blocksAPort) => {
  const { port } = await serve();
  const parts: Buffer[] = [];
  let at = await device(port);
  for (let num = 0; num * blockSize(szx) < FILE.length; num++) {
    if (num % blocksAPort === blocksAPort - 1) at = await device(port);
    parts.push((await at.ask({ block2: { num, szx } })).payload);
  }
  expect(Buffer.concat(parts).equals(FILE)).toBe(true);
});

test('R-DL-4 a request that comes again is answered again, by computing, and nothing of it is remembered', async () => {
  const { port, counts, dropped } = await serve();
  const { exchange } = await device(port);
  const datagram = writeMessage(requestOf({ block2: { num: 3, szx: 6 } }));
  const answers = [await exchange(datagram), await exchange(datagram)];
  expect(answers[1]?.equals(answers[0] ?? Buffer.alloc(0))).toBe(true);
  expect(counts.block).toBe(2);
  expect(dropped['dropped.duplicate']).toBeUndefined();
});

test('R-DL-4 an address that has shown no token is sent no more than it has sent', async () => {
  const { port } = await serve();
  const { exchange } = await device(port);
  const datagram = writeMessage(requestOf({ path: ['f', 'x'.repeat(22)] }));
  expect((await exchange(datagram)).length).toBeLessThan(datagram.length);
});

test.each<[string, CoapOption[]]>([
  ['Block2 of four bytes', [{ number: OPTION.block2, value: Buffer.of(0, 0, 0, 0x06) }]],
  ['Block2 twice', [0x06, 0x16].map((value) => ({ number: OPTION.block2, value: Buffer.of(value) }))],
  ['If-Match', [{ number: OPTION.ifMatch, value: Buffer.alloc(8) }]],
  ['an option that nobody knows, and must be obeyed', [{ number: 65_001, value: Buffer.of(1) }]],
])('R-DL-4 %s is 4.02', async (_, options) => {
  const { port } = await serve();
  expect((await (await device(port)).ask({}, options)).code).toBe('4.02');
});
