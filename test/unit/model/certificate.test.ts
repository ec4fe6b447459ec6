import fc from 'fast-check';
import {
  certificateFingerprint,
  certificateFingerprints,
  certificateViolations,
  isCurrent,
} from '../../../schema/model/device/certificate';

const hex64 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

test('R-FLOW-2 a fingerprint is the same however its digits are written, and anything else is none', () => {
  fc.assert(
    fc.property(hex64, fc.boolean(), fc.boolean(), (digits, colons, upper) => {
      const written = colons ? (digits.match(/../g) ?? []).join(':') : digits;
      expect(certificateFingerprint(upper ? written.toUpperCase() : written)).toBe(digits);
    }),
  );
  fc.assert(
    fc.property(
      fc.anything(),
      (value) => certificateFingerprint(value) === null || /^[0-9a-f]{64}$/.test(String(certificateFingerprint(value))),
    ),
  );
  for (const wrong of ['', 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64), `${'aa:'.repeat(32)}`, `a:${'a'.repeat(63)}`, null, 7])
    expect(certificateFingerprint(wrong)).toBeNull();
});

test('R-FLOW-2 a device has two certificates at most, each once', () => {
  const [one, two] = ['a'.repeat(64), 'b'.repeat(64)];
  expect(certificateFingerprints([one, one?.toUpperCase()])).toEqual([one]);
  expect(certificateViolations([one, two], 'f')).toEqual([]);
  expect(certificateViolations([one, two, one], 'f')).toMatchObject([{ code: 'TOO_MANY', field: 'f' }]);
  expect(certificateViolations([one, 'x'], 'f')).toMatchObject([{ code: 'INVALID_FORMAT', field: 'f[1]' }]);
});

test('R-FLOW-2 a certificate is good from its first moment to its last, and never with dates that are none', () => {
  const [validFrom, validTo] = [new Date(1_000), new Date(2_000)];
  const at = (ms: number) => isCurrent({ fingerprint: '', validFrom, validTo }, new Date(ms));
  expect([999, 1_000, 2_000, 2_001].map(at)).toEqual([false, true, true, false]);
  expect(isCurrent({ fingerprint: '', validFrom: new Date('?'), validTo: new Date('?') }, new Date(1_500))).toBe(false);
});
