import fc from 'fast-check';
import { createSeenNames } from '../../../core/device-imports/seen-names';

test('R-DEV-6 a name is new once, however many there are', () => {
  const seen = createSeenNames();
  const known = new Set<string>();
  const isNew = (name: string): boolean => known.size < known.add(name).size;
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 200 }), (names) => {
      for (const name of names) expect(seen.addIfNew(name)).toBe(isNew(name));
    }),
  );
  for (let index = 0; index < 10_000; index++) expect(seen.addIfNew(`device-${index % 6_000}`)).toBe(isNew(`device-${index % 6_000}`));
});

test('R-DEV-6 a name keeps the number it came with, or how often it was counted, however many there are', () => {
  const seen = createSeenNames();
  const counted = createSeenNames();
  const name = (index: number): string => `device-${index}`;
  for (let index = 0; index < 6_000; index++) seen.addIfNew(name(index), 1 + (index % 2));
  for (let index = 0; index < 6_000; index++) expect(seen.addIfNew(name(index), 3)).toBe(false);
  for (let index = 0; index < 6_000; index++) expect(seen.numberOf(name(index))).toBe(1 + (index % 2));
  expect(seen.numberOf('device-6000')).toBe(0);
  for (let index = 0; index < 9_000; index++) expect(counted.count(name(index % 6_000))).toBe(index < 6_000 ? 1 : 2);
  for (let index = 0; index < 6_000; index++) expect(counted.numberOf(name(index))).toBe(index < 3_000 ? 2 : 1);
});
