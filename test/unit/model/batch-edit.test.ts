import type { Batch, BatchTag } from '../../../schema/model/batch/batch';
import { fieldEdits } from '../../../schema/model/batch/batch-edit';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';

const KEPT: BatchTag[] = [
  { key: 'region', value: 'north' },
  { key: 'wave', value: '1' },
];
const edited = (tags: BatchTag[] | undefined, given: BatchTag[]) => {
  const policy = { rate: { kind: 'constant', perMinute: 10 }, retry: null, timeoutMinutes: null, ...(tags && { tags }) } as Batch['policy'];
  return fieldEdits({ policy }, { tags: given }, DEFAULT_LIMITS).map(({ field, set }) => [field, set['policy.tags']]);
};

test.each<[string, BatchTag[] | undefined, BatchTag[]]>([
  ['the same tags', KEPT, KEPT.map((tag) => ({ ...tag }))],
  ['none where there are none', [], []],
  ['none where there never were any', undefined, []],
])('R-BAT-16 an edit with %s changes nothing', (_name, tags, given) => {
  expect(edited(tags, given)).toEqual([]);
});

test.each<[string, BatchTag[]]>([
  ['another value', [KEPT[0] as BatchTag, { key: 'wave', value: '2' }]],
  ['another key', [KEPT[0] as BatchTag, { key: 'step', value: '1' }]],
  ['one more', [...KEPT, { key: 'site', value: 'a' }]],
  ['one less', KEPT.slice(0, 1)],
  ['another order', [...KEPT].reverse()],
  ['none', []],
])('R-BAT-16 an edit of the tags with %s is one', (_name, given) => {
  expect(edited(KEPT, given)).toEqual([['tags', given]]);
});
