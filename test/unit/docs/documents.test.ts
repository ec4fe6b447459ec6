import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { projectFiles, read, root } from './project-files';

const documents = projectFiles().filter((path) => path.endsWith('.md'));

/** Fenced and inline code holds examples, not links. */
const proseOf = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '`');

/** As GitHub makes anchors of headings. */
const anchorsOf = (text: string): string[] =>
  Array.from(text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

function brokenLink(from: string, link: string): string | null {
  const [target = '', anchor] = link.split('#');
  const path = target === '' ? from : normalize(join(dirname(from), decodeURIComponent(target)));
  if (path.startsWith('..') || !existsSync(join(root, path))) return `${from} → ${link}: there is no such file`;
  if (anchor === undefined || statSync(join(root, path)).isDirectory()) return null;
  return anchorsOf(read(path)).includes(anchor) ? null : `${from} → ${link}: there is no such heading`;
}

test('every relative link of a document leads somewhere', () => {
  const links = documents.flatMap((path) =>
    Array.from(proseOf(read(path)).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => ({ path, link })).filter(
      ({ link }) => !/^[a-z]+:/.test(link),
    ),
  );
  expect(links.length).toBeGreaterThan(20);
  expect(links.flatMap(({ path, link }) => brokenLink(path, link) ?? [])).toEqual([]);
});

test('the sources and tests that documents name exist', () => {
  const named = documents.flatMap((path) =>
    Array.from(
      read(path).matchAll(/`((?:api|core|demo|docs|gateways|schema|scripts|server|test|workflows)\/[\w./-]*)`/g),
      ([, file = '']) => ({ path, file }),
    ),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ file }) => !existsSync(join(root, file))).map(({ path, file }) => `${path}: ${file}`)).toEqual([]);
});

/** In pieces, so that this file does not name them either. */
const FOREIGN = [
  ['a folder of one machine', new RegExp(`(?<![\\w.\\-/$}])/(?:${['work', 'root', 'tmp', 'home'].join('|')})/[\\w.]`)],
  [
    'a host that serves packages',
    new RegExp(['registry\\.npm', `npm${'js'}\\.(?:org|com)`, `py${'pi'}\\.org`, `python${'hosted'}\\.org`].join('|')),
  ],
  ['a folder outside of the project', new RegExp(`(?<![\\w$-])${'sha'}${'red'}/`)],
] as const;

test.each(FOREIGN)('no file names %s', (_what, pattern) => {
  const found = projectFiles().flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 80)}`] : [])),
  );
  expect(found).toEqual([]);
});

test('foreign names are recognized', () => {
  const [machine, host, outside] = FOREIGN.map(([, pattern]) => pattern);
  expect(['work', 'root', 'tmp'].filter((folder) => !machine?.test(`see /${folder}/x`))).toEqual([]);
  expect(machine?.test('test/work/x')).toBe(false);
  expect(host?.test(`https://${'registry'}.npm${'js'}.org/x`)).toBe(true);
  expect(outside?.test(`../${'sha'}red/design.md`)).toBe(true);
  expect(outside?.test(`$${'sha'}re/updraft`)).toBe(false);
});
