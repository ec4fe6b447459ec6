import { declaredDigestOf, declaredDigestViolation } from '../../../schema/model/package/declared-digest';
import { fileViolations, packageViolations } from '../../../schema/model/package/package-fields';

const md5 = '0123456789abcdef0123456789abcdef';
const sha256 = md5 + md5;

test.each([
  [sha256, 'sha256', sha256],
  [md5, 'md5', md5],
  [sha256.toUpperCase(), 'sha256', sha256],
  [`${sha256}\n`, 'sha256', sha256],
  [`${sha256}  fw.bin`, 'sha256', sha256],
  [`${sha256}  fw.bin\r\n`, 'sha256', sha256],
  [`${sha256} *fw v2 (final).bin`, 'sha256', sha256],
  [`${md5}  -`, 'md5', md5],
  [`\\${sha256}  two\\nlines.bin`, 'sha256', sha256],
  [`SHA256 (fw.bin) = ${sha256}`, 'sha256', sha256],
  [`MD5 (fw.bin) = ${md5}`, 'md5', md5],
  [`SHA2-256(fw.bin)= ${sha256}`, 'sha256', sha256],
])('R-PKG-5 the digest of %j is read', (text, algorithm, hex) => {
  expect(declaredDigestOf(text)).toEqual({ algorithm, hex });
  expect(declaredDigestViolation(text, 'digest')).toBeNull();
});

test.each([
  'abc',
  `${sha256}0`,
  `${md5}fw.bin`,
  `${sha256}  one\n${sha256}  two`,
  `SHA512 (fw.bin) = ${sha256}`,
  `fw.bin: ${sha256}`,
  'g'.repeat(64),
  '',
])('R-PKG-5 %j is no digest, and the refusal says what is', (text) => {
  expect(declaredDigestViolation(text, 'digest')).toMatchObject({
    code: 'INVALID_FORMAT',
    field: 'digest',
    hint: expect.stringContaining('sha256sum'),
  });
});

const fields = {
  name: 'meter_fw',
  module: 'default',
  version: '2.0.0',
  description: '',
  customInfo: '',
  digestAlgorithm: 'SHA256',
  kind: 'FULL',
  sourceVersions: [],
  verification: 'NOT_REQUIRED',
};
const refused = (change: Partial<typeof fields>) =>
  packageViolations({ ...fields, ...change }, { descriptionLength: 100, packageSourceVersions: 10 }).flatMap((each) => each?.field ?? []);

test('R-PKG-1 R-PKG-3 R-PKG-4 R-PKG-5 every field is checked by one schema, and names are those that GraphQL has', () => {
  expect(refused({})).toEqual([]);
  expect(refused({ digestAlgorithm: 'MD5', kind: 'FULL', verification: 'REQUIRED' })).toEqual([]);
  for (const digestAlgorithm of ['SHA1', 'sha256', 'Sha256', 'SHA-256', 'md5', ' MD5', 'constructor']) {
    expect(refused({ digestAlgorithm })).toEqual(['digestAlgorithm']);
  }
  for (const kind of ['full', 'DELTA', '__proto__']) expect(refused({ kind })).toEqual(['kind']);
  for (const verification of ['required', 'true', 'YES']) expect(refused({ verification })).toEqual(['verification']);
  expect(refused({ description: 'x'.repeat(101), customInfo: 'x'.repeat(4_097) })).toEqual(['description', 'customInfo']);
  expect(refused({ name: '_fw', module: 'a b', version: '' })).toEqual(['name', 'module', 'version']);
});

test('R-PKG-2 R-PKG-5 R-PKG-7 what is wrong with a file is told by the names of the form', () => {
  const all = fileViolations({ name: 'fw.exe', declaredDigest: 'abc', signature: '?' });
  expect(all.flatMap((each) => each?.field ?? [])).toEqual(['digest', 'signature', 'file']);
});
