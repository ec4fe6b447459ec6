import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFiles, read, root } from './project-files';

interface Feature {
  rule: string;
  what: string;
  state: string;
  files: string[];
}

const ROW = /^\| (R-[A-Z]+-\d+) \| (.+?) \| (.+?) \| (.*?) ?\|$/gm;
const RULE = /\bR-[A-Z]+-\d+\b/g;
/** Rules a test is named after: in a string at the head of a test, a describe or a table's row. */
const NAME = /(?<=[([]\s*|\bname: )(['"`])((?:\\.|(?!\1)[^\\])*?)\1,/g;

/** What the first version set out to do. */
const PROMISED = [
  ...[1, 2, 3, 4, 5, 6, 7].map((number) => `R-TASK-${number}`),
  ...['R-RATE-1', 'R-BAT-1', 'R-BAT-22', 'R-FLOW-1', 'R-DL-1', 'R-DL-2', 'R-DL-5', 'R-DEV-1', 'R-DEV-2', 'R-UI-1'],
];

const features: Feature[] = Array.from(read('docs/features.md').matchAll(ROW), ([, rule = '', what = '', state = '', files = '']) => ({
  rule,
  what,
  state,
  files: Array.from(files.matchAll(/`([^`]+)`/g), ([, file = '']) => file),
}));

const rulesIn = (text: string): Set<string> => new Set(Array.from(text.matchAll(NAME), ([, , name = '']) => name.match(RULE) ?? []).flat());

const tests = new Map(
  projectFiles('test')
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => [path, rulesIn(read(path))]),
);

test('names of tests are found however they are written', () => {
  const rule = 'R-BAT-2';
  const texts = [
    `test('${rule} x', () => {})`,
    `describe("${rule} it's x", () => {})`,
    `test.each([1])(\`${rule} %i\`, () => {})`,
    `test.each([\n  ['${rule} row', 1],\n])('%s', () => {})`,
    `test.each(x)(\n  '${rule} %s',\n  () => {})`,
    `{ name: '${rule} x', run: 1 }`,
  ];
  for (const text of texts) expect([text, [...rulesIn(text)]]).toEqual([text, [rule]]);
  expect([...rulesIn(`// ${rule} is a comment\nconst x = '${rule}';`)]).toEqual([]);
});

test('docs/features.md lists every group of rules, each rule once and in order', () => {
  const rules = features.map(({ rule }) => rule);
  expect(rules).toHaveLength(90);
  expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
  const counted = Object.entries({ PKG: 14, DL: 7, DEV: 7, BAT: 26, RATE: 4, TASK: 12, FLOW: 7, UI: 7, SAFE: 6 });
  expect(rules).toEqual(counted.flatMap(([group, count]) => Array.from({ length: count }, (_, index) => `R-${group}-${index + 1}`)));
});

test('a rule is done, in part with what is missing, or planned', () => {
  const odd = features.filter(({ state }) => !/^(done|part: .+|planned(: .+)?)$/.test(state));
  expect(odd).toEqual([]);
});

test('what is done, or in part, names tests that exist and carry its number', () => {
  const claimed = features.filter(({ state }) => !state.startsWith('planned'));
  expect(claimed.length).toBeGreaterThan(20);
  expect(claimed.filter(({ files }) => files.length === 0).map(({ rule }) => rule)).toEqual([]);
  const wrong = claimed.flatMap(({ rule, files }) =>
    files.filter((file) => !existsSync(join(root, file)) || !tests.get(file)?.has(rule)).map((file) => `${rule}: ${file}`),
  );
  expect(wrong).toEqual([]);
});

test('every rule that a test names is listed, and not as planned', () => {
  const named = new Set([...tests.values()].flatMap((rules) => [...rules]));
  const known = new Map(features.map(({ rule, state }) => [rule, state]));
  expect([...named].filter((rule) => !known.has(rule) || known.get(rule)?.startsWith('planned'))).toEqual([]);
});

test('what the first version promises is there', () => {
  const states = new Map(features.map(({ rule, state }) => [rule, state]));
  expect(PROMISED.filter((rule) => !/^(done|part: .+)$/.test(states.get(rule) ?? ''))).toEqual([]);
});

test('R-UI-3: every step at the console names a test of that name in a real browser', () => {
  const steps = Array.from(
    read('docs/features.md').matchAll(/^\| .+ \| .+ \| `(test\/console\/[^`]+)`: (.+) \|$/gm),
    ([, file = '', name = '']) => ({
      file,
      name,
    }),
  );
  expect(steps.length).toBeGreaterThan(20);
  expect(steps.filter(({ file, name }) => !read(file).includes(`test('R-UI-3: ${name}', `))).toEqual([]);
});
