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
