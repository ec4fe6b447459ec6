import fc from 'fast-check';
import { HELLO_BYTES, wantsPsk } from '../../gateways/mqtt/embedded/tls/client-hello';
import { createIdentityWatch, IDENTITY_BYTES } from '../../gateways/mqtt/embedded/tls/psk-identity';
import { CHANGE_CIPHER_SPEC, createRecordTypes } from '../../gateways/mqtt/embedded/tls/record-types';

const [HANDSHAKE, CLIENT_HELLO, CLIENT_KEY_EXCHANGE] = [22, 1, 16];
const uint16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const record = (type: number, body: Buffer) => Buffer.concat([Buffer.from([type, 3, 3]), uint16(body.length), body]);
const message = (type: number, body: Buffer) => Buffer.concat([Buffer.from([type, 0]), uint16(body.length), body]);
const keyExchange = (identity: Buffer, rest = Buffer.alloc(0)) =>
  message(CLIENT_KEY_EXCHANGE, Buffer.concat([uint16(identity.length), identity, rest]));
const hello = (suites: readonly number[], session = 32) =>
  message(
    CLIENT_HELLO,
    Buffer.concat([
      Buffer.from([3, 3]),
      Buffer.alloc(32, 7),
      Buffer.from([session]),
      Buffer.alloc(session, 9),
      uint16(suites.length * 2),
      ...suites.map(uint16),
      Buffer.from([1, 0]),
    ]),
  );

/** The bytes in pieces, cut where the numbers say. */
function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}
const cuts = fc.array(fc.nat(2_000), { maxLength: 12 });

/** What the watch makes of it: all that passed before the identity was there, and after. */
function watched(chunks: readonly Buffer[]) {
  const watch = createIdentityWatch();
  const before: Buffer[] = [];
  const after: Buffer[] = [];
  let identity: Buffer | null = null;
  for (const chunk of chunks) {
    const { through, held, identity: found } = watch(chunk);
    (identity === null ? before : after).push(through);
    if (found !== undefined && held !== undefined) {
      if (identity !== null) throw new Error('an identity was found twice');
      identity = found;
      after.push(held);
    }
  }
  return { before: Buffer.concat(before), after: Buffer.concat(after), identity };
}

describe('R-FLOW-1 the identity in a TLS-PSK handshake', () => {
  test('R-FLOW-1 is found wherever records and chunks are cut, and all but its last byte has passed by then', () => {
    const handshake = fc.record({
      identity: fc.uint8Array({ minLength: 1, maxLength: IDENTITY_BYTES }),
      rest: fc.uint8Array({ maxLength: 70 }),
      records: cuts,
      chunks: cuts,
    });
    fc.assert(
      fc.property(handshake, ({ identity, rest, records, chunks }) => {
        const messages = Buffer.concat([hello([0x00ae]), keyExchange(Buffer.from(identity), Buffer.from(rest))]);
        const handshakes = cut(messages, records)
          .filter(({ length }) => length > 0)
          .map((body) => record(HANDSHAKE, body));
        const bytes = Buffer.concat([...handshakes, record(CHANGE_CIPHER_SPEC, Buffer.from([1])), record(HANDSHAKE, Buffer.alloc(40, 1))]);
        const found = watched(cut(bytes, chunks));
        expect(found.identity?.equals(identity)).toBe(true);
        expect(Buffer.concat([found.before, found.after]).equals(bytes)).toBe(true);
        const lastOne = hello([0x00ae]).length + 4 + 2 + identity.length;
        expect(carriedBy(found.before)).toBe(lastOne - 1);
      }),
    );
  });

  test('R-FLOW-1 garbage passes as it came, whatever it is, and nothing of it is kept back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_500 }), cuts, (garbage, at) => {
        const found = watched(cut(Buffer.from(garbage), at));
        expect(Buffer.concat([found.before, found.after]).equals(garbage)).toBe(true);
      }),
    );
  });

  test.each([
    ['an empty one', keyExchange(Buffer.alloc(0))],
    ['one that is too long', keyExchange(Buffer.alloc(IDENTITY_BYTES + 1, 65))],
    ['one that is longer than its message', message(CLIENT_KEY_EXCHANGE, Buffer.from([0, 9, 65, 66]))],
  ])('R-FLOW-1 %s is none, and everything passes', (_name, exchange) => {
    const bytes = Buffer.concat([record(HANDSHAKE, exchange), record(HANDSHAKE, keyExchange(Buffer.from('later')))]);
    expect(watched([bytes])).toMatchObject({ identity: null, before: bytes });
  });

  test('R-FLOW-1 after the handshake nobody names himself any more', () => {
    const bytes = Buffer.concat([record(23, Buffer.alloc(5)), record(HANDSHAKE, keyExchange(Buffer.from('late')))]);
    expect(watched([bytes])).toMatchObject({ identity: null });
  });
});

/** Bytes of handshake messages, headers of records aside. */
function carriedBy(bytes: Buffer): number {
  let carried = 0;
  for (let at = 0; at + 5 <= bytes.length; ) {
    const length = bytes.readUInt16BE(at + 3);
    carried += Math.min(length, bytes.length - at - 5);
    at += 5 + length;
  }
  return carried;
}

describe('R-FLOW-1 what a client asks for in its first message', () => {
  const [PSK, ECDHE_PSK, RSA, TLS13, GREASE, SCSV] = [0x008c, 0xc037, 0x002f, 0x1301, 0x1a1a, 0x00ff];

  test.each([
    ['one PSK suite', [PSK], true],
    ['several, with signals beside them', [GREASE, ECDHE_PSK, PSK, SCSV], true],
    ['PSK suites, and TLS 1.3 besides', [TLS13, PSK], true],
    ['certificates', [RSA], false],
    ['certificates or PSK', [PSK, RSA], false],
    ['TLS 1.3 alone', [TLS13, SCSV], false],
    ['nothing', [], false],
  ])('R-FLOW-1 %s', (_name, suites, psk) => {
    const bytes = record(HANDSHAKE, hello(suites));
    expect(wantsPsk(bytes)).toBe(psk);
    for (let length = 1; length < 44; length++) expect(wantsPsk(bytes.subarray(0, length))).toBeNull();
  });

  test('R-FLOW-1 is the same in one record and in many', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(PSK, ECDHE_PSK, RSA, TLS13), { minLength: 1, maxLength: 60 }), cuts, (suites, at) => {
        const bodies = cut(hello(suites), at).filter(({ length }) => length > 0);
        const split = Buffer.concat(bodies.map((body) => record(HANDSHAKE, body)));
        expect(wantsPsk(split)).toBe(wantsPsk(record(HANDSHAKE, hello(suites))));
      }),
    );
  });

  test('R-FLOW-1 anything that is no hello is for ordinary TLS to refuse, and so is one without end', () => {
    expect(wantsPsk(Buffer.from('GET / HTTP/1.1\r\n'))).toBe(false);
    expect(wantsPsk(record(HANDSHAKE, keyExchange(Buffer.from('x'))))).toBe(false);
    expect(wantsPsk(Buffer.alloc(HELLO_BYTES, HANDSHAKE))).toBe(false);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => [true, false, null].includes(wantsPsk(Buffer.from(bytes)))));
  });
});

test('R-FLOW-1 the types of records are told apart from what they carry, wherever they are cut', () => {
  const types = [HANDSHAKE, HANDSHAKE, CHANGE_CIPHER_SPEC, 23];
  const bytes = Buffer.concat(types.map((type, index) => record(type, Buffer.alloc(index * 30, CHANGE_CIPHER_SPEC))));
  fc.assert(
    fc.property(cuts, (at) => {
      const read = createRecordTypes();
      expect(cut(bytes, at).flatMap((chunk) => read(chunk))).toEqual(types);
    }),
  );
});
