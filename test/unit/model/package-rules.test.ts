import { acceptsSource, batchVersionViolations, kindViolations, sourcesOverlap } from '../../../schema/model/package/package-rules';

const limits = { packageSourceVersions: 3 };
const kindOf = (kind: 'FULL' | 'DIFFERENTIAL', sourceVersions: string[], version = '2.0.0') =>
  kindViolations({ kind, sourceVersions, version }, limits).map(({ code, field }) => [code, field]);

test.each<[string, 'FULL' | 'DIFFERENTIAL', string[], [string, string][]]>([
  ['a full package for every version', 'FULL', [], []],
  ['a full package for some', 'FULL', ['1.0.0', '1.1.0'], []],
  ['a differential package', 'DIFFERENTIAL', ['1.0.0'], []],
  ['a differential package without source versions', 'DIFFERENTIAL', [], [['REQUIRED', 'sourceVersions']]],
  ['the target as a source', 'DIFFERENTIAL', ['1.0.0', '2.0.0'], [['SOURCE_IS_TARGET', 'sourceVersions.1']]],
  ['a source with a blank', 'FULL', ['1 0'], [['INVALID_FORMAT', 'sourceVersions.0']]],
  ['more sources than there may be', 'FULL', ['1', '2', '3', '4'], [['TOO_MANY', 'sourceVersions']]],
  ['a kind there is not', 'HALF' as 'FULL', [], [['INVALID_FORMAT', 'kind']]],
])('R-PKG-4 %s', (_name, kind, sourceVersions, refusals) => {
  expect(kindOf(kind, sourceVersions)).toEqual(refusals);
});

test.each<[string, 'FULL' | 'DIFFERENTIAL', string[], string[], [string, string][]]>([
  ['any version may be chosen of a package for all', 'FULL', [], ['9'], []],
  ['none need be chosen', 'DIFFERENTIAL', ['1', '2'], [], []],
  ['a full one may be narrowed', 'FULL', ['1', '2'], ['2'], []],
  ['a full one may not be widened', 'FULL', ['1', '2'], ['2', '3'], [['SOURCE_VERSION_REFUSED', 'sourceVersions.1']]],
  ['a differential one may be named as it is', 'DIFFERENTIAL', ['1', '2'], ['2', '1'], []],
  ['a differential one may not be narrowed', 'DIFFERENTIAL', ['1', '2'], ['2'], [['SOURCE_VERSION_REFUSED', 'sourceVersions']]],
])('R-PKG-6 of the source versions of a batch, %s', (_name, kind, sourceVersions, chosen, refusals) => {
  expect(batchVersionViolations({ kind, sourceVersions }, chosen).map(({ code, field }) => [code, field])).toEqual(refusals);
});

test('R-PKG-6 a package without source versions is for every version', () => {
  expect(acceptsSource({ sourceVersions: [] }, 'x')).toBe(true);
  expect(acceptsSource({ sourceVersions: ['1'] }, '1')).toBe(true);
  expect(acceptsSource({ sourceVersions: ['1'] }, '1.0')).toBe(false);
});

test.each<[string, string[], string[], boolean]>([
  ['both for any version', [], [], true],
  ['one for any version', [], ['1.0.0'], true],
  ['the other for any version', ['1.0.0'], [], true],
  ['a version in common', ['1.0.0', '1.1.0'], ['1.2.0', '1.1.0'], true],
  ['no version in common', ['1.0.0'], ['1.1.0'], false],
  ['versions that begin alike', ['1.0'], ['1.0.0'], false],
])('R-BAT-20 batches overlap: %s', (_name, one, other, overlap) => {
  expect(sourcesOverlap(one, other)).toBe(overlap);
});
