import type { BatchTag } from '../../../schema/model/batch/batch';
import { policyViolations } from '../../../schema/model/batch/policy';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';

const tag = (key: string, value = ''): BatchTag => ({ key, value });
const many = (count: number): BatchTag[] => Array.from({ length: count }, (_, index) => tag(`key${index}`, 'value'));
/** Four tags whose keys and values have `sum` characters together. */
function ofSum(sum: number): BatchTag[] {
  const values = [1_024, 1_024, 1_024, sum - 3 * 1_024 - 4];
  return values.map((length, index) => tag(String.fromCharCode(97 + index), 'x'.repeat(length)));
}
const found = (tags: BatchTag[]): string[] =>
  policyViolations({ rate: { kind: 'constant', perMinute: 60 }, retry: null, timeoutMinutes: null, tags }, DEFAULT_LIMITS).map(
    ({ code, field }) => `${code} ${field}`,
  );

describe('R-BAT-17 tags of a batch', () => {
  test.each<[string, BatchTag[], string[]]>([
    ['none', [], []],
    ['nine', many(9), []],
    ['ten', many(10), []],
    ['eleven', many(11), ['TOO_MANY tags']],
    ['a key without characters', [tag('')], ['TAG_KEY tags.0.key']],
    ['a key of one character', [tag('a')], []],
    ['a key of 29 characters', [tag('k'.repeat(29))], []],
    ['a key of 30 characters', [tag('k'.repeat(30))], []],
    ['a key of 31 characters', [tag('a'), tag('k'.repeat(31))], ['TAG_KEY tags.1.key']],
    ['a key of letters, digits and dots', [tag('Site.7.b')], []],
    ['a key with an underscore', [tag('_package_udi')], ['TAG_KEY tags.0.key']],
    ['a key in another script', [tag('clé')], ['TAG_KEY tags.0.key']],
    ['a key twice', [tag('a', '1'), tag('b'), tag('a', '2')], ['TAG_REPEATED tags.2.key']],
    ['keys that differ in case', [tag('a'), tag('A')], []],
    ['a value of 1,023 characters', [tag('a', 'x'.repeat(1_023))], []],
    ['a value of 1,024 characters', [tag('a', 'x'.repeat(1_024))], []],
    ['a value of 1,025 characters', [tag('a', 'x'.repeat(1_025))], ['TAG_VALUE tags.0.value']],
    ['4,095 characters in sum', ofSum(4_095), []],
    ['4,096 characters in sum', ofSum(4_096), []],
    ['4,097 characters in sum', [...ofSum(4_000), tag('e', 'x'.repeat(96))], ['TAGS_TOO_LONG tags']],
    ['all that is wrong at once', [tag('-', 'x'.repeat(1_025))], ['TAG_KEY tags.0.key', 'TAG_VALUE tags.0.value']],
  ])('R-BAT-17 %s', (_name, tags, expected) => {
    expect(found(tags)).toEqual(expected);
  });
});
