import fc from 'fast-check';
import { networkOf } from '../../../gateways/coap/dtls/address';
import { createDueQueue } from '../../../gateways/coap/dtls/due-queue';
import { createIdentityReader } from '../../../gateways/coap/dtls/identity-reader';
import { beginsHello, clientHelloOf, keyExchangeParts, recordAt } from '../../../gateways/coap/dtls/records';
import { createNetwork } from './network';

/** A record without keys with parts of handshake messages. */
function record(...parts: { type: number; length: number; offset?: number; bytes: Buffer }[]): Buffer {
  const payload = Buffer.concat(
    parts.flatMap(({ type, length, offset = 0, bytes }) => {
      const header = Buffer.alloc(12);
      header.writeUInt8(type, 0);
      header.writeUIntBE(length, 1, 3);
      header.writeUIntBE(offset, 6, 3);
      header.writeUIntBE(bytes.length, 9, 3);
      return [header, bytes];
    }),
  );
  const head = Buffer.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(payload.length, 11);
  return Buffer.concat([head, payload]);
}

function keyExchange(identity: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(identity.length);
  return Buffer.concat([length, identity]);
}

test('no octets make the parsers throw, and what they find lies in the datagram', async () => {
  const network = await createNetwork();
  const link = await network.link();
  await link.client.connect();
  const real = fc.constantFrom(...link.sent);
  const changed = fc
    .tuple(real, fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 8 }), fc.nat(200))
    .map(([datagram, changes, length]) => {
      const copy = Buffer.from(datagram);
      for (const [at, value] of changes) copy[at % copy.length] = value;
      return copy.subarray(0, length);
    });
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 200 }).map(Buffer.from)), (datagram) => {
      const first = recordAt(datagram, 0);
      if (first !== null) {
        expect(first.start).toBeLessThanOrEqual(first.end);
        expect(first.end).toBeLessThanOrEqual(datagram.length);
        beginsHello(datagram, first);
        clientHelloOf(datagram, first);
      }
      keyExchangeParts(datagram);
      const identity = createIdentityReader().add(datagram);
      expect(identity?.length ?? 0).toBeLessThanOrEqual(128);
    }),
    { numRuns: 5000 },
  );
});

test('an identity is read out of a message in any parts, in any order, more than once', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 128 }),
      fc.array(fc.nat(130), { maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
      (octets, cuts, order) => {
        const identity = Buffer.from(octets);
        const message = keyExchange(identity);
        const at = [...new Set([0, ...cuts.map((cut) => Math.min(cut, message.length)), message.length])].sort((a, b) => a - b);
        const parts = at.slice(0, -1).map((start, index) => ({ start, end: at[index + 1] ?? message.length }));
        const shuffled = [...parts, ...parts.slice(0, 1)]
          .map((part) => ({ part, key: order.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ part }) => part);
        const reader = createIdentityReader();
        const read = shuffled.map(({ start, end }) =>
          reader.add(record({ type: 16, length: message.length, offset: start, bytes: message.subarray(start, end) })),
        );
        expect(read.find((one) => one !== null)).toEqual(identity);
      },
    ),
  );
});

test.each([
  ['a length that is not that of the identity', record({ type: 16, length: 6, bytes: Buffer.from([0, 9, 1, 2, 3, 4]) })],
  ['an identity of 129 octets', record({ type: 16, length: 131, bytes: keyExchange(Buffer.alloc(129)) })],
  ['a message of one octet', record({ type: 16, length: 1, bytes: Buffer.alloc(1) })],
])('%s is no identity', (_, datagram) => {
  expect(createIdentityReader().add(datagram)).toEqual(Buffer.alloc(0));
});

test('the key exchange is found behind other messages of a record, and other records', () => {
  const bytes = keyExchange(Buffer.from('alpha'));
  const hello = { type: 11, length: 3, bytes: Buffer.alloc(3) };
  const datagram = Buffer.concat([record(hello), record(hello, { type: 16, length: bytes.length, bytes })]);
  expect(createIdentityReader().add(datagram)).toEqual(Buffer.from('alpha'));
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:0:2::9', '2001:db8:0:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('what is due comes in order, whatever was moved and taken out meanwhile', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.option(fc.nat(50)))), (steps) => {
      const queue = createDueQueue<number>();
      const model = new Map<number, number>();
      for (const [item, at] of steps) {
        if (at === null) queue.delete(item);
        else queue.set(item, at);
        if (at === null) model.delete(item);
        else model.set(item, at);
        expect(queue.first()?.at).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
      }
      const drained: number[] = [];
      for (let first = queue.first(); first !== undefined; first = queue.first()) {
        expect(model.get(first.item)).toBe(first.at);
        drained.push(first.at);
        queue.delete(first.item);
      }
      expect(drained).toEqual([...model.values()].sort((a, b) => a - b));
    }),
  );
});
