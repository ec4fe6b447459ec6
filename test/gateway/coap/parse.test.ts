import fc from 'fast-check';
import type { CoapMessage } from '../../../gateways/coap/message/message';
import { badOptionOf, OPTION, optionOf, pathOf, pathOptions, queriesOf, readUint, writeUint } from '../../../gateways/coap/message/options';
import { MALFORMED_REASONS, type MalformedReason, parseMessage } from '../../../gateways/coap/message/parse';
import { writeMessage } from '../../../gateways/coap/message/write';
import { anyMessage } from './messages';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Some are what crashed or misled other libraries, or left them in a loop: the length that rolls over, the missing further bytes. */
const malformed: [string, string, MalformedReason][] = [
  ['nothing', '', 'too_short'],
  ['one byte', '40', 'too_short'],
  ['three bytes', '40 01 00', 'too_short'],
  ['version 0', '00 01 00 01', 'unknown_version'],
  ['version 2', '80 01 00 01', 'unknown_version'],
  ['version 3', 'C0 01 00 01', 'unknown_version'],
  ['a token of 9 bytes', '49 01 00 01 00 01 02 03 04 05 06 07 08', 'token_length'],
  ['a token of 15 bytes', '4F 01 00 01', 'token_length'],
  ['a token that ends outside', '44 01 00 01 AA BB', 'token_length'],
  ['a ping with a token', '41 00 00 01 AA', 'empty_with_content'],
  ['a reset with a token', '71 00 00 01 AA', 'empty_with_content'],
  ['an empty acknowledgement that repeats the token', '61 00 00 01 AA', 'empty_with_content'],
  ['a ping that announces a token and ends', '41 00 00 01', 'token_length'],
  ['an empty NON', '50 00 00 01', 'wrong_type'],
  ['a request in an acknowledgement', '60 01 00 01', 'wrong_type'],
  ['a request in a reset', '70 01 00 01', 'wrong_type'],
  ['a response in a reset', '70 45 00 01', 'wrong_type'],
  ['code 1.01', '40 21 00 01', 'reserved_code'],
  ['code 6.00', '40 C0 00 01', 'reserved_code'],
  ['code 7.31', '40 FF 00 01', 'reserved_code'],
  ['an option that ends outside', '40 01 00 01 B5 61 62', 'option_length'],
  ['a length of 13 without its byte', '40 01 00 01 BD', 'option_length'],
  ['a length of 14 with one byte', '40 01 00 01 BE 00', 'option_length'],
  ['a number of 13 without its byte', '40 01 00 01 D0', 'option_length'],
  ['a number of 14 with one byte', '40 01 00 01 E0 01', 'option_length'],
  ['a further byte for two', '40 01 00 01 DD 01', 'option_length'],
  ['the largest length', '40 01 00 01 BE FF FF 61', 'option_length'],
  ['the reserved length 15', '40 01 00 01 BF', 'option_length'],
  ['the reserved number 15', '40 01 00 01 F1 61', 'option_length'],
  ['a number beyond 65,535', '40 01 00 01 E0 FF FF', 'option_number'],
  ['numbers that add up beyond 65,535', '40 01 00 01 E0 FE F2 10', 'option_number'],
  ['a marker and no payload', '40 01 00 01 FF', 'no_payload'],
  ['a marker after options and no payload', '40 01 00 01 B1 61 FF', 'no_payload'],
  ['65 options', `40 01 00 01 ${'00'.repeat(65)}`, 'too_many_options'],
];

test.each(malformed)('%s is malformed', (_name, bytes, reason) => {
  expect(parseMessage(hex(bytes))).toMatchObject({ malformed: reason });
});

test('each reason has a datagram above', () => {
  expect([...new Set(malformed.map(([, , reason]) => reason))].sort()).toEqual([...MALFORMED_REASONS].sort());
});

test('type and message id are known whenever the version is', () => {
  for (const [, bytes, reason] of malformed) {
    const parsed = parseMessage(hex(bytes));
    expect('header' in parsed).toBe(reason !== 'too_short' && reason !== 'unknown_version');
  }
  expect(parseMessage(hex('70 01 12 34'))).toEqual({ malformed: 'wrong_type', header: { type: 'RST', messageId: 0x1234 } });
});

test('what is written is read as it was', () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      expect(parseMessage(writeMessage(message))).toEqual({ message });
    }),
    { numRuns: 2_000 },
  );
});

test('what was read is written as a message that reads the same', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 60 }), (bytes) => {
      const datagram = Buffer.from(bytes);
      datagram[0] = 0x40 | (datagram[0]! & 0x33);
      const parsed = parseMessage(datagram);
      if ('message' in parsed) expect(parseMessage(writeMessage(parsed.message))).toEqual(parsed);
    }),
    { numRuns: 5_000 },
  );
});

test('any bytes are a message or malformed, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const parsed = parseMessage(Buffer.from(bytes));
      expect('message' in parsed || MALFORMED_REASONS.includes(parsed.malformed)).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});

test('a message with bytes changed, cut off or added is a message or malformed, and its parts lie inside the datagram', () => {
  const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), cut: fc.nat(12), add: fc.uint8Array({ maxLength: 6 }) });
  fc.assert(
    fc.property(anyMessage, fc.array(change, { minLength: 1, maxLength: 3 }), (message, changes) => {
      let datagram = Buffer.from(writeMessage(message));
      for (const { at, byte, cut, add } of changes) {
        if (datagram.length > 0) datagram[at % datagram.length] = byte;
        datagram = Buffer.concat([datagram.subarray(0, Math.max(0, datagram.length - cut)), add]);
      }
      const parsed = parseMessage(datagram);
      if (!('message' in parsed)) return;
      const { token, options, payload } = parsed.message;
      const parts = 4 + token.length + options.reduce((sum, { value }) => sum + value.length, 0) + payload.length;
      expect(parts).toBeLessThanOrEqual(datagram.length);
      expect(token.length).toBeLessThanOrEqual(8);
    }),
    { numRuns: 5_000 },
  );
});

test('options are written by number, those of one number in their order', () => {
  const [five, zero] = pathOptions(['5', '0']);
  const shuffled = { type: 'CON' as const, code: 1, messageId: 1, token: hex(''), payload: hex('') };
  const query = { number: OPTION.uriQuery, value: Buffer.from('pmin=0') };
  const written = writeMessage({ ...shuffled, options: [query, five!, zero!] });
  expect(written).toEqual(writeMessage({ ...shuffled, options: [five!, zero!, query] }));
});

test('what no message can have is not written', () => {
  const message: CoapMessage = { type: 'CON', code: 1, messageId: 1, token: hex(''), options: [], payload: hex('') };
  const withOption = (number: number, length = 0) => ({ ...message, options: [{ number, value: Buffer.alloc(length) }] });
  expect(() => writeMessage({ ...message, token: Buffer.alloc(9) })).toThrow(RangeError);
  expect(() => writeMessage(withOption(65_536))).toThrow(RangeError);
  expect(() => writeMessage(withOption(-1))).toThrow(RangeError);
  expect(() => writeMessage(withOption(11, 65_805))).toThrow(RangeError);
  expect(() => writeMessage({ ...message, options: Array.from({ length: 65 }, () => ({ number: 11, value: hex('') })) })).toThrow(
    RangeError,
  );
});

const UNDERSTOOD = new Set<number>([OPTION.uriPath, OPTION.accept, OPTION.block2]);
const withOptions = (...options: [number, string][]): CoapMessage => ({
  ...{ type: 'CON', code: 1, messageId: 1, token: hex(''), payload: hex('') },
  options: options.map(([number, value]) => ({ number, value: hex(value) })),
});

test.each<[string, [number, string][], number | null]>([
  [
    'known ones',
    [
      [11, '61'],
      [11, '62'],
      [17, ''],
      [23, '06'],
    ],
    null,
  ],
  [
    'an unknown elective one',
    [
      [11, '61'],
      [2_048, '00'],
    ],
    null,
  ],
  [
    'an unknown critical one',
    [
      [11, '61'],
      [2_049, '00'],
    ],
    2_049,
  ],
  ['one that is not understood here', [[1, '00']], 1],
  ['a path segment of 256 bytes', [[11, '61'.repeat(256)]], 11],
  ['Accept of three bytes', [[17, '000000']], 17],
  [
    'Accept twice',
    [
      [17, ''],
      [17, '28'],
    ],
    17,
  ],
  ['Block2 of four bytes', [[23, '00000006']], 23],
])('critical options: %s', (_name, options, bad) => {
  expect(badOptionOf(withOptions(...options), UNDERSTOOD)).toBe(bad);
});

test('an elective option of a length that it cannot have is passed over', () => {
  const message = withOptions([6, '01020304'], [12, '002A'], [60, '0102030405']);
  expect(optionOf(message, OPTION.observe)).toBeUndefined();
  expect(readUint(optionOf(message, OPTION.contentFormat)!)).toBe(42);
  expect(optionOf(message, OPTION.size1)).toBeUndefined();
});

test('paths and queries are text, and numbers take as few bytes as they need', () => {
  const message = withOptions([11, '7264'], [11, ''], [15, '65703D61'], [15, '51'], [15, 'FF']);
  expect(pathOf(message)).toEqual(['rd', '']);
  expect(queriesOf(message)).toEqual(['ep=a', 'Q', '\uFFFD']);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (number) => {
      const value = writeUint(number);
      expect(readUint(value)).toBe(number);
      expect(value[0]).not.toBe(0);
      expect(readUint(Buffer.concat([Buffer.alloc(4 - value.length), value]))).toBe(number);
    }),
  );
});
