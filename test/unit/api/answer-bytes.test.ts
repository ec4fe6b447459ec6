import fc from 'fast-check';
import { jsonBytes } from '../../../api/transport/answer-bytes';

test('R-SAFE-1 bytes of an answer are counted as they will be written', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 }), (value) => {
      expect(jsonBytes(value, Number.POSITIVE_INFINITY)).toBe(Buffer.byteLength(JSON.stringify(value)));
    }),
  );
});

test('R-SAFE-1 what is left out, a date and a list’s holes are counted as they are written', () => {
  const value = { a: undefined, at: new Date(0), list: [undefined, null, 1.5, true], none: {}, 'ä"\n': '\u2028' };
  expect(jsonBytes(value, Number.POSITIVE_INFINITY)).toBe(Buffer.byteLength(JSON.stringify(value)));
});

test('R-SAFE-1 counting stops at the limit', () => {
  let asked = 0;
  const text = {
    toJSON: () => {
      asked += 1;
      return 'x'.repeat(1_000);
    },
  };
  expect(
    jsonBytes(
      Array.from({ length: 100_000 }, () => text),
      150_000,
    ),
  ).toBeGreaterThan(150_000);
  expect(asked).toBeLessThan(100);
});
