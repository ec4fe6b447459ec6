import { readsAlike } from '../../../console/src/components/reads-alike';

test.each<[string, string, string, boolean]>([
  ['the same', 'build server', 'build server', true],
  ['blanks around it', ' build server ', 'build server', true],
  ['two blanks, which a page shows as one', 'build server', 'build  server', true],
  ['a mark of direction, which a page does not show', 'build server', 'build\u202e server\u200b', true],
  ['a letter and its accent apart', '\u00e9clair', 'e\u0301clair', true],
  ['another case', 'Build server', 'build server', false],
  ['nothing', '', 'build server', false],
])('R-UI-3: a name is confirmed as it is seen: %s', (_, typed, name, expected) => {
  expect(readsAlike(typed, name)).toBe(expected);
});
