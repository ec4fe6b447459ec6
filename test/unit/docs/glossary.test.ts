import { projectFiles, read } from './project-files';

const PAGE = 'docs/glossary.md';
/** Texts of others, and what was recorded or written in the words of its time. */
const NOT_OURS =
  /^(?:test\/histories\/|docs\/glossary\.md$|test\/unit\/docs\/glossary\.test\.ts$|package-lock\.json$|THIRD-PARTY\.md$|LICENSE$)/;

interface Banned {
  words: string[];
  /** Files, and folders with a slash at the end. */
  exceptions: string[];
}

/** `| words | use instead | exceptions |` below the heading. */
function bannedIn(page: string): Banned[] {
  const table = page.slice(page.indexOf("## Words we don't use"));
  const rows = table.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) => {
    const [words = '', , exceptions = ''] = row.split('|').slice(1, -1);
    return {
      words: words.split(',').map((word) => word.trim()),
      exceptions: Array.from(exceptions.matchAll(/`([^`]+)`/g), ([, path = '']) => path),
    };
  });
}

/** `createDeviceLanes` and `device-lanes` are both "create device lanes" and "device lanes". */
const wordsOf = (text: string): string =>
  text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_\-./]+/g, ' ')
    .toLowerCase();

const patternOf = ({ words }: Pick<Banned, 'words'>): RegExp => new RegExp(`\\b(?:${words.map(wordsOf).join('|')})\\b`);

const isExcepted = (path: string, { exceptions }: Banned): boolean =>
  exceptions.some((each) => path === each || (each.endsWith('/') && path.startsWith(each)));

/** Where a banned word stands, as `file:line: text`. */
function findIn(path: string, text: string, banned: readonly Banned[]): string[] {
  const ours = banned.filter((each) => !isExcepted(path, each));
  if (ours.length === 0) return [];
  const pattern = patternOf({ words: ours.flatMap(({ words }) => words) });
  const named = pattern.test(wordsOf(path)) ? [`${path}: its name`] : [];
  const words = wordsOf(text);
  if (!pattern.test(words)) return named;
  const lines = text.split('\n');
  const found = words
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${lines[index]?.trim().slice(0, 120)}`] : []));
  return [...named, ...found];
}

const banned = bannedIn(read(PAGE));

test('no source, comment or document uses a word that the glossary bans', () => {
  const files = projectFiles().filter((path) => !NOT_OURS.test(path));
  expect(files.length).toBeGreaterThan(500);
  expect(files.flatMap((path) => findIn(path, read(path), banned))).toEqual([]);
});

test('every exception is needed: its file has the word', () => {
  const idle = banned.flatMap((each) =>
    each.exceptions.filter(
      (path) =>
        !projectFiles().some((file) => isExcepted(file, { ...each, exceptions: [path] }) && patternOf(each).test(wordsOf(read(file)))),
    ),
  );
  expect(idle).toEqual([]);
});

test('banned words are found in names, camelCase, comments and file names', () => {
  const rows = bannedIn(
    "## Words we don't use\n| word | use instead | except in |\n|---|---|---|\n| lane, lanes | queue | `a.ts`, `b/` |\n",
  );
  expect(rows).toEqual([{ words: ['lane', 'lanes'], exceptions: ['a.ts', 'b/'] }]);
  expect(findIn('c.ts', 'const deviceLanes = 1;\nplanes\n// its lane', rows)).toEqual([
    'c.ts:1: const deviceLanes = 1;',
    'c.ts:3: // its lane',
  ]);
  expect(findIn('device-lanes.ts', '', rows)).toEqual(['device-lanes.ts: its name']);
  expect([...findIn('a.ts', 'lane', rows), ...findIn('b/c.ts', 'lane', rows)]).toEqual([]);
});
