import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createFront } from '../../../gateways/coap/front/front';
import type { Peer } from '../../../gateways/coap/front/peer';
import { openUdp, type UdpSockets } from '../../../gateways/coap/front/udp';
import { CODE } from '../../../gateways/coap/message/codes';
import { type CoapMessage, emptyMessage, NO_BYTES } from '../../../gateways/coap/message/message';
import { pathOptions } from '../../../gateways/coap/message/options';
import { parseMessage } from '../../../gateways/coap/message/parse';
import { writeMessage } from '../../../gateways/coap/message/write';
import { createCountedMetrics, get } from './front-support';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function serve(addresses: string[]) {
  const metrics = createCountedMetrics();
  const peers: Peer[] = [];
  const front = createFront({
    metrics,
    onRequest(peer, _request, respond) {
      peers.push(peer);
      respond({ code: CODE.content, payload: Buffer.from('yes') });
    },
    onNotification: () => false,
    onError(error) {
      throw error;
    },
  });
  const sockets = await openUdp({ addresses, port: 0, receive: front.receive, onError: () => {} });
  opened.push(front, sockets);
  return { front, sockets, peers, counts: metrics.counts };
}

/** A device's socket, bound to any port, that talks to one address of ours. */
async function device(family: 'udp4' | 'udp6', { address, port }: UdpSockets['bound'][number]) {
  const socket: Socket = createSocket(family);
  opened.push({ close: () => socket.close() });
  socket.bind(0, family === 'udp4' ? '127.0.0.1' : '::1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    send: (message: CoapMessage | Buffer) => socket.send(Buffer.isBuffer(message) ? message : writeMessage(message), port, address),
    async next() {
      const [datagram, from] = (await once(socket, 'message')) as [Buffer, { address: string; port: number }];
      const parsed = parseMessage(datagram);
      if ('malformed' in parsed) throw new Error(parsed.malformed);
      return { message: parsed.message, from: { address: from.address, port: from.port } };
    },
  };
}

test.each<['udp4' | 'udp6', string]>([
  ['udp4', '127.0.0.1'],
  ['udp6', '::1'],
])('over %s the answer and requests to the device leave from the address that it talks to', async (family, address) => {
  const { front, sockets, peers } = await serve(['127.0.0.1', '127.0.0.2', '::1']);
  const bound = sockets.bound.find((each) => each.address === address)!;
  const talking = await device(family, bound);
  const answer = talking.next();
  talking.send(get('/a'));
  expect(await answer).toMatchObject({ message: { type: 'ACK', payload: Buffer.from('yes') }, from: bound });
  const asked = talking.next();
  const response = front.request(peers[0]!, { code: CODE.get, options: pathOptions(['3', '0', '3']) });
  const { message, from } = await asked;
  expect(from).toEqual(bound);
  talking.send({ ...message, type: 'ACK', code: CODE.content, options: [], payload: Buffer.from('1.0') });
  expect((await response).payload.toString()).toBe('1.0');
});

test('a peer is known again by its address', async () => {
  const { front, sockets, peers } = await serve(['127.0.0.1', '127.0.0.2', '::1']);
  const second = sockets.bound[1]!;
  const talking = await device('udp4', second);
  const answer = talking.next();
  talking.send(get('/a'));
  await answer;
  const peer = sockets.peerAt({ address: '127.0.0.1', port: talking.port }, second.address)!;
  expect(peer.key).toBe(peers[0]!.key);
  expect(sockets.peerAt({ address: '127.0.0.1', port: talking.port })!.key).not.toBe(peer.key);
  const asked = talking.next();
  const response = front.request(peer, { code: CODE.get });
  const { message, from } = await asked;
  expect(from).toEqual(second);
  talking.send({ ...message, type: 'ACK', code: CODE.content, payload: NO_BYTES });
  expect((await response).code).toBe(CODE.content);
});

test('there is no peer at what is no address, at a family that is not bound, and at port 0', async () => {
  const { sockets } = await serve(['127.0.0.1']);
  expect(sockets.peerAt({ address: '::1', port: 5 })).toBeNull();
  expect(sockets.peerAt({ address: 'device.example', port: 5 })).toBeNull();
  expect(sockets.peerAt({ address: '127.0.0.1', port: 0 })).toBeNull();
  expect(sockets.peerAt({ address: '127.0.0.1', port: 65_536 })).toBeNull();
  expect(sockets.peerAt({ address: '127.0.0.1', port: 5 }, '127.0.0.9')).toBeNull();
});

/** node-coap sends its answer to a malformed datagram to another host. */
test('a malformed datagram is rejected where it came from, and requests after it are answered', async () => {
  const { sockets, counts } = await serve(['127.0.0.1']);
  const talking = await device('udp4', sockets.bound[0]!);
  const rejected = talking.next();
  for (const hex of ['', '40', '800100ff', '40010007b561']) talking.send(Buffer.from(hex, 'hex'));
  expect((await rejected).message).toEqual(emptyMessage('RST', 7));
  const answer = talking.next();
  talking.send(get('/a', { messageId: 8 }));
  expect((await answer).message.code).toBe(CODE.content);
  expect(counts).toMatchObject({ received: 5, 'dropped.too_short': 2, 'dropped.unknown_version': 1, 'dropped.option_length': 1 });
});

test('an address that cannot be bound is refused, and no socket stays open', async () => {
  const { sockets } = await serve(['127.0.0.1']);
  const { port } = sockets.bound[0]!;
  const receive = () => {};
  await expect(openUdp({ addresses: ['127.0.0.2', '127.0.0.1'], port, receive, onError: () => {} })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await expect(openUdp({ addresses: ['localhost'], port: 0, receive, onError: () => {} })).rejects.toThrow(RangeError);
  const again = await openUdp({ addresses: ['127.0.0.2'], port, receive, onError: () => {} });
  opened.push(again);
  expect(again.bound).toEqual([{ address: '127.0.0.2', port }]);
});

test('what would wait beyond the bound is dropped', async () => {
  let dropped = 0;
  const sockets = await openUdp({
    ...{ addresses: ['127.0.0.1'], port: 0, receive: () => {}, onError: () => {}, sendQueueBytes: 3 },
    onDropped: () => {
      dropped += 1;
    },
  });
  opened.push(sockets);
  sockets.peerAt({ address: '127.0.0.1', port: 9 })!.send(writeMessage(emptyMessage('RST', 1)));
  expect(dropped).toBe(1);
});
