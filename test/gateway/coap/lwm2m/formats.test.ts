import { decode } from '../../../../gateways/coap/lwm2m/formats/decode';
import { valueAt, valuesAt } from '../../../../gateways/coap/lwm2m/formats/decoded';
import { parsePath } from '../../../../gateways/coap/lwm2m/formats/path';
import type { Value } from '../../../../gateways/coap/lwm2m/formats/values';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const base = (path: string): number[] => parsePath(path) as number[];
const read = (payload: Buffer | string, format: number | undefined, path: string) => {
  const decoded = decode(typeof payload === 'string' ? Buffer.from(payload) : payload, format, base(path));
  if ('unreadable' in decoded) return decoded.unreadable;
  expect(decoded.mistyped).toEqual([]);
  return Object.fromEntries(decoded.resources.map(({ path: name, value }) => [name, value]));
};

const stateAndResult = { '/5/0/3': 2, '/5/0/5': 0 };

test.each<[string, number | undefined, string, Buffer | string, Record<string, Value>]>([
  ['TLV', 11542, '/5/0', hex('C1 03 02 C1 05 00'), stateAndResult],
  ['TLV by its older number', 1542, '/5/0', hex('C1 03 02 C1 05 00'), stateAndResult],
  ['TLV with the instance around', 11542, '/5/0', hex('06 00 C1 03 02 C1 05 00'), stateAndResult],
  ['TLV of an object', 11542, '/5', hex('06 00 C1 03 02 C1 05 00'), stateAndResult],
  ['TLV of an object without its instance', 11542, '/5', hex('C1 03 02 C1 05 00'), stateAndResult],
  ['TLV where text was asked', 11542, '/5/0/3', hex('C1 03 02'), { '/5/0/3': 2 }],
  ['TLV of a resource with instances', 11542, '/5/0', hex('86 08 41 00 00 41 01 01'), { '/5/0/8/0': 0, '/5/0/8/1': 1 }],
  ['TLV of instances alone', 11542, '/5/0/8', hex('41 00 00 41 01 03'), { '/5/0/8/0': 0, '/5/0/8/1': 3 }],
  ['TLV with an id of two bytes', 11542, '/9/0', hex('E1 01 00 02'), { '/9/0/256': Buffer.from([2]) }],
  ['TLV without content', 11542, '/5/0', Buffer.alloc(0), {}],
  ['SenML-JSON', 110, '/5/0', '[{"bn":"/5/0/","n":"3","v":2},{"n":"5","v":0}]', stateAndResult],
  ['SenML-JSON without a base', 110, '/5/0', '[{"n":"/5/0/3","v":2},{"n":"5/0/5","v":0}]', stateAndResult],
  [
    'SenML-JSON with another base later',
    110,
    '/5',
    '[{"bn":"/5/0/","n":"3","v":2},{"bn":"/5/1/","n":"3","v":0}]',
    { '/5/0/3': 2, '/5/1/3': 0 },
  ],
  ['SenML-JSON with a comma too many', 110, '/5/0', '[{"bn":"/5/0/","n":"3","v":2,},{"n":"5","v":0},]', stateAndResult],
  [
    'SenML-JSON, all kinds',
    110,
    '/',
    '[{"bn":"/3/0/","n":"3","vs":"1.0"},{"n":"22/0","vlo":"66:1"},{"bn":"/5/0/","n":"14","vb":true},{"n":"0","vd":"AP-_"}]',
    { '/3/0/3': '1.0', '/3/0/22/0': '66:1', '/5/0/14': true, '/5/0/0': hex('00ffbf') },
  ],
  ['SenML-JSON of one resource', 110, '/5/0/3', '[{"bn":"/5/0/3","v":2}]', { '/5/0/3': 2 }],
  ['SenML-JSON, the newest of two times', 110, '/', '[{"bn":"/5/0/3","bt":1600000000,"t":5,"v":2},{"t":1,"v":1}]', { '/5/0/3': 2 }],
  ['SenML-CBOR', 112, '/5/0', hex('82 A3 21 65 2F352F302F 00 61 33 02 02 A2 00 61 35 02 00'), stateAndResult],
  [
    'SenML-CBOR with the base behind the value',
    112,
    '/5/0',
    hex('82 A3 00 61 33 02 02 21 65 2F352F302F A2 00 61 35 02 00'),
    stateAndResult,
  ],
  ['SenML-CBOR of open length', 112, '/5/0', hex('9F BF 21 65 2F352F302F 00 61 33 02 02 FF A2 00 61 35 02 00 FF'), stateAndResult],
  ['JSON of 1.0', 11543, '/5/0', '{"bn":"/5/0/","e":[{"n":"3","v":2},{"n":"5","v":0}]}', stateAndResult],
  ['JSON of 1.0 by its older number', 1543, '/5/0', '{"bn":"/5/0/","e":[{"n":"3","v":2},{"n":"5","v":0}]}', stateAndResult],
  ['JSON of 1.0 without a base', 11543, '/5/0', '{"e":[{"n":"3","v":2},{"n":"/5/0/5","v":0}]}', stateAndResult],
  [
    'JSON of 1.0, all kinds',
    11543,
    '/',
    '{"bn":"/","e":[{"n":"3/0/3","sv":"1.0"},{"n":"5/0/14","bv":false},{"n":"5/0/0","sv":"AP+/"},{"n":"3/0/22/0","ov":"66:1"}]}',
    { '/3/0/3': '1.0', '/5/0/14': false, '/5/0/0': hex('00ffbf'), '/3/0/22/0': '66:1' },
  ],
  ['text', 0, '/3/0/3', 'v1.0 β', { '/3/0/3': 'v1.0 β' }],
  ['empty text', 0, '/5/0/1', '', { '/5/0/1': '' }],
  ['text of a number', 0, '/5/0/3', '2', { '/5/0/3': 2 }],
  ['text of a boolean', 0, '/5/0/14', '1', { '/5/0/14': true }],
  ['text of unknown type', 0, '/9/0/1', '2', { '/9/0/1': '2' }],
  ['no Content-Format, one resource', undefined, '/5/0/3', '2', { '/5/0/3': 2 }],
  ['no Content-Format, more than one', undefined, '/5/0', hex('C1 03 02'), { '/5/0/3': 2 }],
  ['opaque', 42, '/5/0/0', hex('00 01'), { '/5/0/0': hex('0001') }],
  ['opaque where text is expected', 42, '/3/0/3', '1.0', { '/3/0/3': '1.0' }],
  ['CBOR', 60, '/5/0/3', hex('02'), { '/5/0/3': 2 }],
  ['CBOR with the tag of a time', 60, '/3/0/13', hex('C1 1A 514B67B0'), { '/3/0/13': 1_363_896_240 }],
])('%s is read', (_name, format, path, payload, expected) => {
  expect(read(payload, format, path)).toEqual(expected);
});

test.each<[string, string, string, Value]>([
  ['1 byte', '/4/0/2', 'C1 02 B6', -74],
  ['2 bytes', '/4/0/2', 'C2 02 FF38', -200],
  ['4 bytes', '/4/0/8', 'C4 08 80000000', -2_147_483_648],
  ['8 bytes', '/3/0/13', 'C8 0D 08 000000016683A600', 6_014_871_040],
  ['8 bytes below zero', '/3/0/10', 'C8 0A 08 FFFFFFFFFFFFFFFF', -1],
  ['8 bytes beyond 2^53', '/3/0/10', 'C8 0A 08 7FFFFFFFFFFFFFFF', 2 ** 63],
  ['unsigned', '/5/0/13', 'C4 0D FFFFFFFF', 4_294_967_295],
  ['a boolean', '/5/0/14', 'C1 0E 01', true],
  ['a link', '/3/0/22', '86 16 44 00 00420001', '66:1'],
  ['text', '/3/0/3', 'C3 03 312E30', '1.0'],
])('a TLV of %s', (_name, path, payload, expected) => {
  const decoded = decode(hex(payload), 11542, base(path));
  expect('resources' in decoded && valueAt(decoded, path)).toBe(expected);
});

test.each<[string, number, string, string, string]>([
  ['a string where a state is', 110, '/5/0', '[{"bn":"/5/0/","n":"3","vs":"two"},{"n":"5","v":0}]', '/5/0/3'],
  ['half a number where an integer is', 110, '/5/0', '[{"bn":"/5/0/","n":"3","v":2.5},{"n":"5","v":0}]', '/5/0/3'],
  ['nothing where a version is', 110, '/', '[{"n":"/3/0/3","v":null},{"n":"/5/0/5","v":0}]', '/3/0/3'],
  ['text where bytes are', 110, '/5/0', '[{"bn":"/5/0/","n":"0","vs":"AA"},{"n":"5","v":0}]', '/5/0/0'],
])('%s spoils no other value', (_name, format, path, payload, mistyped) => {
  const decoded = decode(Buffer.from(payload), format, base(path));
  expect(decoded).toEqual({ resources: [{ path: '/5/0/5', value: 0 }], mistyped: [mistyped] });
});

test('numbers as text and text as numbers are read', () => {
  expect(read('[{"bn":"/5/0/","n":"3","vs":"2"},{"n":"7","v":3}]', 110, '/5/0')).toEqual({ '/5/0/3': 2, '/5/0/7': '3' });
});

test.each<[string, number, string, Buffer | string, string]>([
  ['a TLV whose length is past the end', 11542, '/5/0', hex('C2 03 02'), 'truncated'],
  ['a TLV whose length field is past the end', 11542, '/5/0', hex('D8 03 FF'), 'truncated'],
  ['a TLV inside whose length is past the end', 11542, '/5/0', hex('83 08 47 00 00'), 'truncated'],
  ['a TLV that claims 16 MB', 11542, '/5/0', hex('D8 03 FFFFFF 00'), 'truncated'],
  ['an instance of a resource outside one', 11542, '/5/0', hex('41 00 00'), 'misplaced'],
  ['an instance inside an instance', 11542, '/5', hex('05 00 03 00 C1 03 02'), 'misplaced'],
  ['a resource twice', 11542, '/5/0', hex('C1 03 02 C1 03 01'), 'duplicate'],
  ['another resource', 11542, '/5/0/3', hex('C1 05 02'), 'outside'],
  ['another instance', 11542, '/5/0', hex('03 01 C1 03 02'), 'outside'],
  ['TLV of no object', 11542, '/', hex('C1 03 02'), 'misplaced'],
  ['2,000 resources', 11542, '/9/0', Buffer.concat(Array.from({ length: 2_000 }, (_, id) => Buffer.from([0xe0, id >> 8, id]))), 'too_many'],
  ['SenML without names', 110, '/5/0', '[{"v":2},{"v":0}]', 'bad_name'],
  ['SenML-CBOR without names', 112, '/5/0', hex('82 A1 02 02 A1 02 00'), 'bad_name'],
  ['a name of an instance', 110, '/5/0', '[{"n":"/5/0","v":2}]', 'bad_name'],
  ['a name with five parts', 110, '/5/0', '[{"n":"/5/0/8/0/1","v":2}]', 'bad_name'],
  ['a name with a leading zero', 110, '/5/0', '[{"n":"/5/0/03","v":2}]', 'bad_name'],
  ['a name that is a number', 110, '/5/0', '[{"n":3,"v":2}]', 'bad_name'],
  ['a base of another object', 110, '/5/0', '[{"bn":"/3/0/","n":"3","vs":"1"}]', 'outside'],
  ['a name twice', 110, '/5/0', '[{"bn":"/5/0/","n":"3","v":2},{"n":"3","v":2}]', 'duplicate'],
  ['a record without a value', 110, '/5/0', '[{"n":"/5/0/3"}]', 'no_value'],
  ['a record with two values', 110, '/5/0', '[{"n":"/5/0/3","v":2,"vs":"2"}]', 'no_value'],
  ['a member that must be understood', 110, '/5/0', '[{"n":"/5/0/3","v":2,"x_":1}]', 'unsupported'],
  ['a version to come', 110, '/5/0', '[{"bver":11,"n":"/5/0/3","v":2}]', 'unsupported'],
  ['a base value', 112, '/5/0', hex('81 A3 00 662F352F302F33 02 02 24 01'), 'unsupported'],
  ['a time that is text', 110, '/5/0', '[{"n":"/5/0/3","v":2,"t":"1"}]', 'syntax'],
  ['a time without end', 110, '/5/0', '[{"n":"/5/0/3","v":2,"t":1e999}]', 'syntax'],
  ['JSON that is no list', 110, '/5/0', '{"n":"/5/0/3","v":2}', 'syntax'],
  ['a list of numbers', 110, '/5/0', '[1,2]', 'syntax'],
  ['JSON that ends early', 110, '/5/0', '[{"n":"/5', 'syntax'],
  ['JSON nested 17 deep', 110, '/5/0', '['.repeat(17), 'too_deep'],
  ['60,000 brackets', 110, '/5/0', '['.repeat(60_000), 'too_deep'],
  ['CBOR nested deep', 112, '/5/0', Buffer.alloc(60_000, 0x81), 'too_deep'],
  ['CBOR nested deep by maps', 112, '/5/0', Buffer.alloc(60_000, 0xa1), 'too_deep'],
  ['CBOR nested deep by tags', 112, '/5/0', Buffer.alloc(60_000, 0xc1), 'too_deep'],
  ['CBOR that claims 2^63 records', 112, '/5/0', hex('9B 7FFFFFFFFFFFFFFF'), 'truncated'],
  ['CBOR that claims 4 GB of bytes', 112, '/5/0', hex('5A FFFFFFFF 00'), 'truncated'],
  ['CBOR with a label twice', 112, '/5/0', hex('81 A2 02 02 02 02'), 'duplicate'],
  ['CBOR with bytes behind it', 112, '/5/0', hex('80 00'), 'syntax'],
  ['CBOR that is no list', 112, '/5/0', hex('A1 02 02'), 'syntax'],
  ['nothing as CBOR', 112, '/5/0', Buffer.alloc(0), 'truncated'],
  ['1,025 records', 112, '/5/0', Buffer.concat([hex('99 0401'), Buffer.alloc(1_025, 0xa0)]), 'too_many'],
  ['JSON of 1.0 without entries', 11543, '/5/0', '{"bn":"/5/0/"}', 'syntax'],
  ['JSON of 1.0 without a name', 11543, '/5/0', '{"e":[{"v":1}]}', 'bad_name'],
  ['JSON of 1.0 without a value', 11543, '/5/0', '{"e":[{"n":"3"}]}', 'no_value'],
  ['text of an instance', 0, '/5/0', '2', 'misplaced'],
  ['64 KiB and one byte', 0, '/3/0/3', 'x'.repeat(65_537), 'too_long'],
  ['links', 40, '/5/0', '</5/0>', 'unknown_format'],
  ['a picture', 22, '/5/0', '', 'unknown_format'],
])('%s is refused with a reason', (_name, format, path, payload, reason) => {
  expect(read(payload, format, path)).toBe(reason);
});

test('a value is found at its path, those of a resource with instances together', () => {
  const resources = [
    { path: '/5/0/8/0', value: 0 },
    { path: '/5/0/8/1', value: 3 },
    { path: '/5/0/81', value: 9 },
  ];
  expect(valuesAt({ resources }, '/5/0/8')).toEqual([0, 3]);
  expect(valueAt({ resources }, '/5/0/8')).toBe(0);
  expect(valueAt({ resources }, '/5/0/3')).toBeUndefined();
});

test.each([
  ['/', []],
  ['/5', [5]],
  ['/5/0/8/65535', [5, 0, 8, 65_535]],
  ['', null],
  ['5/0', null],
  ['/5/', null],
  ['//5', null],
  ['/5/0/8/1/2', null],
  ['/65536', null],
  ['/05', null],
  ['/5/-1', null],
  ['/5/1e3', null],
])('the path %j', (text, expected) => {
  expect(parsePath(text)).toEqual(expected);
});
