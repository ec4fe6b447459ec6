import { mergedTags } from '../../../console/src/components/tags';
import { type Branch, treeOf, withAllBelow } from '../../../console/src/pages/groups/tree';

const tag = (key: string, value: string) => ({ key, value });
const opened = [tag('a', '1'), tag('b', '2')];

describe('R-UI-3 what an edit of a device changes', () => {
  test('R-UI-3 tags that were added, changed and taken away go into those that the device has by now', () => {
    const now = [tag('a', 'theirs'), tag('b', '2'), tag('c', '3')];
    expect(mergedTags(opened, [tag('a', '1')], now)).toEqual([tag('a', 'theirs'), tag('c', '3')]);
    expect(mergedTags(opened, [...opened, tag('d', '4')], now)).toEqual([...now, tag('d', '4')]);
    expect(mergedTags(opened, [tag('a', '9'), tag('b', '2')], now)).toEqual([tag('a', '9'), tag('b', '2'), tag('c', '3')]);
    expect(mergedTags(opened, opened, [])).toEqual([]);
  });
});

describe('R-UI-3 the tree of groups', () => {
  const group = (id: string, parentId: string | null) => ({ id, name: id, parentId });
  const groups = [group('c', 'b'), group('a', null), group('b', 'a'), group('lost', 'gone'), group('0', null)];

  test('R-UI-3 is by name, and loses none whose parent is not there', () => {
    const names = (branches: readonly Branch<(typeof groups)[number]>[]): unknown[] =>
      branches.map(({ group: { id }, below }) => (below.length > 0 ? [id, ...names(below)] : id));
    expect(names(treeOf(groups))).toEqual(['0', ['a', ['b', 'c']], 'lost']);
  });

  test('R-UI-3 knows all that is below a group, which cannot be its place', () => {
    expect([...withAllBelow(groups, 'a')].sort()).toEqual(['a', 'b', 'c']);
  });
});
