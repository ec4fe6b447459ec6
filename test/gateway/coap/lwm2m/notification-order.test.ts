import fc from 'fast-check';
import { orderOf } from '../../../../gateways/coap/lwm2m/requests/notification-order';

test.each<[string, number, number, number, number, ReturnType<typeof orderOf>]>([
  ['the next one', 8, 1_000, 7, 0, 'newer'],
  ['one after a gap', 5_000, 1_000, 7, 0, 'newer'],
  ['the same again', 7, 1_000, 7, 0, 'replayed'],
  ['an older one', 6, 1_000, 7, 0, 'reordered'],
  ['an older one after 128 s', 6, 128_000, 7, 0, 'reordered'],
  ['an older one after more than 128 s', 6, 128_001, 7, 0, 'newer'],
  ['the same after more than 128 s', 7, 128_001, 7, 0, 'newer'],
  ['one past the end of 24 bits', 2, 1_000, 0xff_fffe, 0, 'newer'],
  ['one from before the end of 24 bits', 0xff_fffe, 1_000, 2, 0, 'reordered'],
  ['one that is half the way ahead', 0x80_0007, 1_000, 7, 0, 'reordered'],
])('%s', (_name, number, at, lastNumber, lastAt, expected) => {
  expect(orderOf(number, at, { number: lastNumber, at: lastAt })).toBe(expected);
});

test('the first one is new', () => {
  expect(orderOf(0, 0, undefined)).toBe('newer');
});

test('of two notifications that were sent less than half the way apart, one order holds, whichever arrives first', () => {
  const number = fc.integer({ min: 0, max: 0xff_ffff });
  fc.assert(
    fc.property(number, fc.integer({ min: 1, max: 2 ** 23 - 1 }), (first, distance) => {
      const second = (first + distance) % 2 ** 24;
      expect(orderOf(second, 10, { number: first, at: 0 })).toBe('newer');
      expect(orderOf(first, 10, { number: second, at: 0 })).toBe('reordered');
    }),
  );
});
