import fc from 'fast-check';
import { createSeenNames } from '../../../core/device-imports/seen-names';

test('R-DEV-6 a name is new once, however many there are', () => {
  const seen = createSeenNames();
  const known = new Set<string>();
  const isNew = (name: string): boolean => known.size < known.add(name).size;
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 200 }), (names) => {
      expect(names.map((name) => seen.addIfNew(name))).toEqual(names.map(isNew));
    }),
  );
  const names = Array.from({ length: 10_000 }, (_, index) => `device-${index % 6_000}`);
  expect(names.map((name) => seen.addIfNew(name))).toEqual(names.map(isNew));
});

test('R-DEV-6 a name keeps the number it came with, or how often it was counted, however many there are', () => {
  const seen = createSeenNames();
  const counted = createSeenNames();
  const indexes = [...Array(6_000).keys()];
  const name = (index: number): string => `device-${index}`;
  for (const index of indexes) seen.addIfNew(name(index), 1 + (index % 2));
  expect(indexes.filter((index) => seen.addIfNew(name(index), 3))).toEqual([]);
  expect(indexes.map((index) => seen.numberOf(name(index)))).toEqual(indexes.map((index) => 1 + (index % 2)));
  expect(seen.numberOf('device-6000')).toBe(0);
  const counts = Array.from({ length: 9_000 }, (_, index) => counted.count(name(index % 6_000)));
  expect(counts).toEqual(Array.from(counts, (_, index) => (index < 6_000 ? 1 : 2)));
  expect(indexes.map((index) => counted.numberOf(name(index)))).toEqual(indexes.map((index) => (index < 3_000 ? 2 : 1)));
});
