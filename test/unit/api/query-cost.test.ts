import { getIntrospectionQuery, getNullableType, isListType, isObjectType, parse } from 'graphql';
import { API_LIMITS } from '../../../api/limits';
import { buildApiSchema } from '../../../api/schema';
import { listSizes } from '../../../api/transport/list-sizes';
import { createCostOf, valuesIn } from '../../../api/transport/query-cost';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';

const schema = buildApiSchema();
const costOf = createCostOf(schema, DEFAULT_LIMITS);
const cost = (source: string, variables = {}): number => costOf({ document: parse(source), variables, operationName: null });
const refusal = (source: string, variables = {}): unknown => {
  try {
    return cost(source, variables);
  } catch (error) {
    return (error as { extensions: { code: string } }).extensions.code;
  }
};

test('R-SAFE-1 every list of the schema has a size', () => {
  const sizes = listSizes(schema, DEFAULT_LIMITS);
  const missing = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.endsWith('Connection'))
    .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()).map((field) => ({ type, field })) : []))
    .filter(({ type, field }) => isListType(getNullableType(field.type)) && !sizes.has(`${type.name}.${field.name}`))
    .map(({ type, field }) => `${type.name}.${field.name}`);
  expect(missing).toEqual([]);
});

const aliases = (count: number, field: string): string => Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

test.each([
  [
    'a value, by item',
    '{ devices(first: 100) { edges { node { id } } } }',
    `{ devices(first: 100) { edges { node { id ${aliases(9, 'id')} } } } }`,
    900,
  ],
  ['a page, by its variable', '{ devices(first: 1) { edges { node { id } } } }', '{ devices(first: 11) { edges { node { id } } } }', 50],
  ['a look for an id, which is one at each type', '{ viewer { name } }', '{ viewer { name } node(id: "a") { id } }', 20 + 1 + 0.1],
  [
    'what an id may lead to: the dearest type counts',
    '{ node(id: "a") { ... on Task { transitions { at } } } }',
    '{ node(id: "a") { ... on Group { id } ... on Task { transitions { at to } } } }',
    10,
  ],
  ['a list within an object', '{ task(id: "a") { id } }', '{ task(id: "a") { id transitions { at } } }', 2 + 10],
])('R-SAFE-1 the price of %s', (_name, less, more, difference) => {
  expect(cost(more) - cost(less)).toBeCloseTo(difference);
});

test('R-SAFE-1 what a mutation answers costs as much as it was given, by literals or variables', () => {
  const source = (devices: string, variable = ''): string =>
    `mutation ${variable} { registerDevices(input: { productKey: "p", devices: ${devices} }) { devices { secret device { id tags { key } } } } }`;
  const named = (count: number) => Array.from({ length: count }, (_, index) => ({ deviceName: `d${index}` }));
  const literals = `[${Array.from({ length: 20 }, (_, index) => `{ deviceName: "d${index}" }`)}]`;
  const byVariable = (count: number) => cost(source('$devices', '($devices: [NewDeviceInput!]!)'), { devices: named(count) });
  expect(byVariable(1)).toBeLessThan(400);
  expect(byVariable(20)).toBeCloseTo(cost(source(literals)));
  expect(byVariable(1_000)).toBeGreaterThan(20 * byVariable(1));
});

test.each([
  ['values under 1,600 names', `{ devices(first: 100) { edges { node { ${aliases(1_600, 'id')} } } } }`],
  ['long texts under 1,500 names', `{ packages(first: 60) { edges { node { ${aliases(1_500, 'customInfo')} } } } }`],
  ['lists within lists', '{ batches(first: 100) { edges { node { tasks(first: 100) { edges { node { transitions { at to } } } } } } } }'],
  ['lists of leaves', `{ batches(first: 100) { edges { node { ${aliases(20, 'scope { deviceNames }')} } } } }`],
  [
    'fragments instead of names',
    `{ tasks(first: 100) { edges { node { ${aliases(200, 'batch { ...b }')} } } } } fragment b on Batch { id name status createdAt }`,
  ],
  ['mutations', `mutation { ${aliases(400, 'deletePackage(input: { packageId: "x" }) { userErrors { code } }')} }`],
  ['previews', `{ ${aliases(60, 'previewBatch(input: { packageId: "x", scope: { all: true } }) { userErrors { code } }')} }`],
  ['introspection', `{ ${aliases(20, '__schema { types { fields { name type { name fields { name type { name } } } } } }')} }`],
  [
    'introspection of one type',
    `{ ${aliases(400, '__type(name: "Query") { fields { args { name type { name } } type { name fields { name } } } }')} }`,
  ],
])('R-SAFE-1 %s have a price that is refused', (_name, source) => {
  expect(refusal(source)).toBe('QUERY_TOO_COMPLEX');
});

test('R-SAFE-1 values of arguments are paid for by each item that takes them', () => {
  const source =
    'query ($statuses: [TaskStatus!]) { batches(first: 100) { edges { node { tasks(first: 1, filter: { statuses: $statuses }) { edges { node { id } } } } } } }';
  expect(refusal(source, { statuses: ['FAILED'] })).toBeLessThan(10_000);
  expect(refusal(source, { statuses: Array.from({ length: 50_000 }, () => 'FAILED') })).toBe('QUERY_TOO_COMPLEX');
});

test('R-SAFE-1 a variable is looked through once, in however many places it stands', () => {
  let read = 0;
  const holder = { list: [1, [2, 3]] };
  const variable = new Proxy(holder, {
    get(target, name, receiver) {
      read += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  expect(Array.from({ length: 1_000 }, () => valuesIn({ input: variable })).every((count) => count === 3)).toBe(true);
  expect(read).toBe(1);
});

test('R-SAFE-1 of a hundred thousand values that do not fit the first is told', () => {
  const wrong = Array.from({ length: 100_000 }, () => 'x');
  expect(refusal('query ($wrong: [Int!]) { viewer { name } }', { wrong })).toBe('BAD_USER_INPUT');
});

test('R-SAFE-1 what is left out costs nothing, and what is not a variable of the operation is told', () => {
  const source = `query ($all: Boolean!) { viewer { name } devices(first: 100) @include(if: $all) { edges { node { ${aliases(1_600, 'id')} } } } }`;
  expect(cost(source, { all: false })).toBeLessThan(10);
  expect(refusal(source, { all: true })).toBe('QUERY_TOO_COMPLEX');
  expect(refusal(source, { all: 'yes' })).toBe('BAD_USER_INPUT');
});

test('R-SAFE-1 a full page with all that belongs to it, and the whole schema, are within the price', () => {
  const page = `{ tasks(first: 100) { edges { cursor node { id status progress attempt waitingFor causeText cause { code description recommendation }
    device { id deviceName enabled online modules { name version reportedAt } tags { key value } groups { id name } }
    batch { id name status counts { total queued notified inProgress succeeded failed canceled } } package { id version module }
    attempts { number startedAt cause { code description recommendation } } transitions { at from to text cause { code description } } } } pageInfo { hasNextPage endCursor } } }`;
  expect(cost(page)).toBeLessThan(API_LIMITS.cost);
  expect(cost(getIntrospectionQuery())).toBeLessThan(API_LIMITS.cost);
});
