import fc from 'fast-check';
import { own, readLenientJson } from '../../gateways/lenient-json';
import { firmwareGetMessage, informMessage, progressMessage } from '../../gateways/mqtt/link/messages';

const read = (text: string) => readLenientJson(Buffer.from(text));

test.each<[string, string, unknown]>([
  ['plain', '{"a":1}', { a: 1 }],
  [
    'a comma before a brace, as SDK 4 sends it',
    '{"fileInfo":{"streamId":12332,"fileId":1,},"b":2}',
    { fileInfo: { streamId: 12332, fileId: 1 }, b: 2 },
  ],
  ['a comma before a bracket', '[1,2 , \n]', [1, 2]],
  ['nested', '{"a":[{"b":[1,],},],}', { a: [{ b: [1] }] }],
  ['NUL bytes at the end', '{"a":1}\0\0', { a: 1 }],
  ['commas and brackets in strings', '{"a":",}]\\",]","b":"\\\\",}', { a: ',}]",]', b: '\\' }],
  ['characters beyond ASCII', '{"a":"ü漢,}",}', { a: 'ü漢,}' }],
  ['blanks', ' \t\r\n{ } ', {}],
])('R-FLOW-1 lenient JSON reads %s', (_name, text, value) => {
  expect(read(text)).toEqual({ ok: true, value });
});

test.each([
  ['', 'syntax'],
  ['{,}', 'syntax'],
  ['[,]', 'syntax'],
  ['[1,,]', 'syntax'],
  ['{"a":1},', 'syntax'],
  ["{'a':1}", 'syntax'],
  ['{a:1}', 'syntax'],
  ['{"a":NaN}', 'syntax'],
  ['(() => 1)()', 'syntax'],
  ['{"a":1}\0x', 'syntax'],
  ['['.repeat(17), 'depth'],
  [`{"a":${'['.repeat(16)}${']'.repeat(16)}}`, 'depth'],
  ['['.repeat(60_000), 'depth'],
  [`"${'x'.repeat(64 * 1024)}"`, 'size'],
])('R-FLOW-1 lenient JSON refuses %j: %s', (text, reason) => {
  expect(read(text)).toEqual({ ok: false, reason });
});

test('R-FLOW-1 16 levels and 64 KiB are still read', () => {
  expect(read('['.repeat(16) + ']'.repeat(16)).ok).toBe(true);
  expect(read(`"${'x'.repeat(64 * 1024 - 2)}"`).ok).toBe(true);
});

test('R-FLOW-1 prototypes are not touched and inherited members are not read', () => {
  const parsed = read('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  expect(parsed.ok && own(parsed.value, 'polluted')).toBeUndefined();
  expect(own({}, 'toString')).toBeUndefined();
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

const jsonish = fc.oneof(
  fc.uint8Array({ maxLength: 512 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '1', '"params"', '"step"', '"version"', '\0', ' '))
    .map((parts) => Buffer.from(parts.join(''))),
  fc.json().map((text) => Buffer.from(text)),
);

test('R-FLOW-1 no bytes make the readers throw', () => {
  fc.assert(
    fc.property(jsonish, (bytes) => {
      const json = readLenientJson(bytes);
      const body = json.ok ? json.value : undefined;
      for (const message of [informMessage, progressMessage, firmwareGetMessage]) {
        expect(() => message(body)).not.toThrow();
      }
    }),
    { numRuns: 2_000 },
  );
});

test('R-FLOW-1 what JSON.parse reads is read the same, within the bounds', () => {
  fc.assert(
    fc.property(fc.json({ depthSize: 'small', maxDepth: 8 }), (text) => {
      expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
    { numRuns: 1_000 },
  );
});

test('R-TASK-10 a step is a whole number from -999 to 100', () => {
  fc.assert(
    fc.property(fc.integer({ min: -999, max: 100 }), fc.boolean(), (step, asText) => {
      expect(progressMessage({ params: { step: asText ? String(step) : step } })).toEqual({ module: 'default', step, text: null });
    }),
  );
  expect(progressMessage({ params: { step: ' 35.5% ', desc: 7 } })).toEqual({ module: 'default', step: 35, text: '7' });
});
