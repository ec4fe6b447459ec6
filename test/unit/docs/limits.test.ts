import { buildSchema, isEnumType, isInputObjectType, isObjectType, isScalarType } from 'graphql';
import { API_LIMITS } from '../../../api/limits';
import { OPERATING_LIMITS } from '../../../api/system/operating-limits';
import { DEFAULT_LIMITS, FIXED, FIXED_LIMITS, LIMIT_NAMES, LIMITS, type LimitName } from '../../../schema/model/limits';
import { LIMIT_SETTINGS, limitVariable } from '../../../server/settings/limit-settings';
import { projectFiles, read } from './project-files';

const schema = buildSchema(read('schema/graphql/schema.graphql'));
const limitsType = schema.getType('Limits');
const limitFields = isObjectType(limitsType) ? Object.values(limitsType.getFields()) : [];

/** All that the schema says, save of `Limits` itself, whose fields give the defaults, and of scalars, which are not ours. */
const descriptions: string[] = Object.values(schema.getTypeMap())
  .filter((type) => type !== limitsType && !isScalarType(type) && !type.name.startsWith('__'))
  .flatMap((type) => {
    const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
    const parts = isEnumType(type) ? type.getValues() : isInputObjectType(type) ? Object.values(type.getFields()) : fields;
    return [type, ...parts, ...fields.flatMap(({ args }) => args)].map(({ description }) => description ?? '');
  });

const defaults: ReadonlySet<string> = new Set(
  Object.values(DEFAULT_LIMITS).flatMap((value) => [value].flat().map((each: number) => each.toLocaleString('en'))),
);
const WORDS: Record<string, string> = {
  five: '5',
  ten: '10',
  twenty: '20',
  thirty: '30',
  hundred: '100',
  thousand: '1,000',
  million: '1,000,000',
};
const numbersIn = (text: string): string[] =>
  text.replace(/\b[a-z]+\b/g, (word) => WORDS[word] ?? word).match(/(?<![\w.,-])\d{1,3}(?:,\d{3})*(?![\d-]|,\d|\.\d)/g) ?? [];

describe('R-UI-1 the limits', () => {
  test('R-UI-1 have the same names as settings, in the query and in the document', () => {
    const operating = Object.keys(OPERATING_LIMITS);
    expect(limitFields.map(({ name }) => name).sort()).toEqual([...LIMIT_NAMES, ...Object.keys(FIXED_LIMITS), ...operating].sort());
    expect([...LIMIT_SETTINGS.keys()]).toEqual(LIMIT_NAMES);
    const rows = read('docs/settings.md').match(/^\| `(?:UPDRAFT_LIMIT_\w+|[a-z]\w+)` \|.*$/gm) ?? [];
    expect(rows.map((row) => row.split('`')[1])).toEqual([...LIMIT_NAMES.map(limitVariable), ...Object.keys(FIXED)]);
  });

  test('R-UI-1 have the same description in each, and the query says what their default is', () => {
    const all = { ...LIMITS, ...FIXED, ...OPERATING_LIMITS };
    for (const { name, description } of limitFields) expect(description).toContain(all[name as keyof typeof all].description);
    for (const [name, { about, default: value }] of LIMIT_SETTINGS) {
      expect(about).toBe(LIMITS[name].description);
      expect(value).toBe(DEFAULT_LIMITS[name]);
    }
    expect(limitFields.find(({ name }) => name === 'devicesPerCall')?.description).toMatch(/By default 1,000\.$/);
    expect(limitFields.find(({ name }) => name === 'packageFiles')?.description).toMatch(/Always 20\.$/);
  });

  test('R-UI-1 that the schema names as `limits.…` are fields of Limits', () => {
    const named = descriptions.flatMap((text) => Array.from(text.matchAll(/`limits\.(\w+)`/g), ([, name]) => name as string));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !limitFields.some((field) => field.name === name))).toEqual([]);
  });
});

describe('R-UI-1 the default of a limit, which may have been changed, is not stated by', () => {
  /** What else has such a number, and cannot be set. */
  const OTHERS =
    /for 24 h\b|last ten seconds|within (5|10) s\b|(within|for) 10 minutes|30 seconds|From five on|[Pp]ercent.*|1–100, of the devices|no number up to 100|at most 16 MB|16–64 printable/;
  const statesDefault = (text: string): boolean =>
    numbersIn(text.replace(OTHERS, '')).some((number) => defaults.has(number) && !['0', '1', '2'].includes(number));

  test('R-UI-1 a description of the schema', () => {
    expect(statesDefault('One to 1,000: all or none.')).toBe(true);
    expect(statesDefault('Twice, ten times a device.')).toBe(true);
    expect(descriptions.filter(statesDefault)).toEqual([]);
  });

  /** Small numbers have too many meanings in a page. */
  const OTHERS_IN_PAGES =
    /at 10,000 devices a minute|more than 1,000 tasks|its head has at most 4,096 bytes|all owners together 10,000|against 1,000 codes|by 1,000 users/g;
  const pages = ['README.md', ...projectFiles('docs')].filter(
    (path) => path.endsWith('.md') && !/^docs\/(settings|design|decisions|benchmarks|features|conformance)\.md$/.test(path),
  );
  const large = (text: string): string[] =>
    numbersIn(text.replace(OTHERS_IN_PAGES, '')).filter((number) => defaults.has(number) && number.includes(','));

  test('R-UI-1 a page', () => {
    expect(large('takes up to 1,000 devices, or a million')).toEqual(['1,000', '1,000,000']);
    const measured = ['README.md', 'docs/operating.md'];
    const ofLimits = pages.filter((page) => !measured.includes(page));
    expect(ofLimits.flatMap((page) => large(read(page)).map((number) => `${page}: ${number}`))).toEqual([]);
  });

  test('R-UI-1 a page that names the setting of a limit', () => {
    const shown = (name: LimitName) => [DEFAULT_LIMITS[name]].flat().map((value: number) => value.toLocaleString('en'));
    const sentences = pages.flatMap((page) => read(page).split(/\n|\. /)).filter((sentence) => sentence.includes('UPDRAFT_LIMIT_'));
    const stated = sentences.filter((sentence) =>
      LIMIT_NAMES.some(
        (name) => sentence.includes(`${limitVariable(name)}\``) && numbersIn(sentence).some((number) => shown(name).includes(number)),
      ),
    );
    expect(stated).toEqual([]);
  });
});

test('R-SAFE-1 the bounds of a request are those that the page tells', () => {
  const line = read('docs/api.md').match(/^- \*\*Limits of a request:\*\* .*$/m)?.[0] ?? '';
  const { depth, tokens, nodes, repeats, nesting, listItems, valueWeight, cost, longTextCost, subscriptionsPerConnection, eventCost } =
    API_LIMITS;
  const told = [
    [API_LIMITS.bodyBytes / 1024 / 1024, 'MiB'],
    [depth, 'levels of fields'],
    [tokens, 'tokens'],
    [nodes, 'nodes'],
    [repeats, 'fields under one name'],
    [nesting, 'levels of brackets'],
    [listItems, 'items in variables'],
    [valueWeight, 'of all that is in them'],
    [cost, ': a value costs 1'],
    [longTextCost, '), an object'],
    [subscriptionsPerConnection, 'subscriptions a connection'],
    [eventCost, '.'],
  ] as const;
  for (const [value, what] of told) expect(line).toContain(`${value.toLocaleString('en')}${/^[a-z]/i.test(what) ? ' ' : ''}${what}`);
});
