import { buildSchema, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import { DEFAULT_LIMITS, FIXED_LIMITS, LIMIT_NAMES } from '../../../schema/model/limits';
import { LIMIT_SETTINGS, limitVariable } from '../../../server/settings/limit-settings';
import { projectFiles, read } from './project-files';

const schema = buildSchema(read('schema/graphql/schema.graphql'));

/** Everything that the schema says, save of `Limits` itself, whose fields give their defaults. */
const descriptions: string[] = Object.values(schema.getTypeMap())
  .filter(({ name }) => name !== 'Limits' && !name.startsWith('__'))
  .flatMap((type) => [
    type.description ?? '',
    ...(isEnumType(type) ? type.getValues().map(({ description }) => description ?? '') : []),
    ...(isObjectType(type) || isInputObjectType(type) ? Object.values(type.getFields()).map(({ description }) => description ?? '') : []),
    ...(isObjectType(type)
      ? Object.values(type.getFields()).flatMap(({ args }) => args.map(({ description }) => description ?? ''))
      : []),
  ]);

/** Pages for whoever uses Updraft, save the one with the table. */
const pages = ['README.md', ...projectFiles('docs')].filter(
  (path) => path.endsWith('.md') && !/^docs\/(settings|design|decisions|benchmarks|features|conformance)\.md$/.test(path),
);

const defaults = new Set(Object.values(DEFAULT_LIMITS).flat().map((value) => value.toLocaleString('en')));
const numbersIn = (text: string): string[] => text.match(/(?<![\w.,-])\d{1,3}(?:,\d{3})*(?![\w,]*\d|\.\d)/g) ?? [];

/** Numbers that are the default of some limit by chance, and mean something that cannot be set. */
const OTHERS = [
  /\b24 h\b/,
];
const statesDefault = (text: string): boolean =>
  numbersIn(OTHERS.reduce((rest, other) => rest.replace(other, ''), text)).some((number) => defaults.has(number) && Number(number) !== 1);

test('the settings, the query and the document have the same limits', () => {
  const type = schema.getType('Limits');
  const fields = isObjectType(type) ? Object.keys(type.getFields()) : [];
  expect(fields.sort()).toEqual([...LIMIT_NAMES, ...Object.keys(FIXED_LIMITS)].sort());
  expect([...LIMIT_SETTINGS.keys()]).toEqual(LIMIT_NAMES);
  const described = Array.from(read('docs/settings.md').matchAll(/^\| `(UPDRAFT_LIMIT_\w+)` \|/gm), ([, variable]) => variable);
  expect(described).toEqual(LIMIT_NAMES.map(limitVariable));
});

test('each limit that the schema names as `limits.…` is a field of Limits, and each that a user can meet is named', () => {
  const named = descriptions.flatMap((text) => Array.from(text.matchAll(/`limits\.(\w+)`/g), ([, name]) => name as string));
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((name) => !(name in DEFAULT_LIMITS) && !(name in FIXED_LIMITS))).toEqual([]);
});

test('no description of the schema states the default of a limit', () => {
  expect(descriptions.filter(statesDefault)).toEqual([]);
});

test('no page states the default of a limit', () => {
  expect(pages.flatMap((page) => read(page).split('\n').filter(statesDefault).map((line) => `${page}: ${line}`))).toEqual([]);
});
