import fc from 'fast-check';
import { type DocumentNode, type FragmentDefinitionNode, Kind, parse, type SelectionSetNode } from 'graphql';
import { measureDocument } from '../../../api/transport/document/measure';
import { isNestedDeeper, valuesExcess } from '../../../api/transport/document/nested';

const doubling = (levels: number, spread: (name: string) => string = (name) => `...${name} ...${name}`): string =>
  [
    'query { ...f0 }',
    ...Array.from({ length: levels }, (_, level) => `fragment f${level} on Query { ${spread(`f${level + 1}`)} }`),
    `fragment f${levels} on Query { viewer { name } }`,
  ].join('\n');

test.each([
  ['fragments that are spread twice', doubling],
  ['the same under aliases', (levels: number) => doubling(levels, (name) => `...${name} ... { ...${name} }`)],
  ['the same below introspection', (levels: number) => doubling(levels).replace('query { ...f0 }', '{ __schema { types { ...f0 } } }')],
  ['the same, used by nothing', (levels: number) => doubling(levels).replace('query { ...f0 }', '{ viewer { name } }')],
])('R-SAFE-1 measuring %s takes a step for each node of the text, while what they stand for doubles', (_name, document) => {
  const [small, large] = [10, 20].map((levels) => measureDocument(parse(document(levels))));
  expect(large?.visited).toBeLessThanOrEqual((small?.visited ?? 0) * 2);
  expect(large?.nodes).toBeGreaterThan((small?.nodes ?? 0) * 500);
});

test('R-SAFE-1 a hundred levels are measured, and are more than any number that is counted', () => {
  const { visited, nodes } = measureDocument(parse(doubling(100)));
  expect(visited).toBeLessThan(1_000);
  expect(nodes).toBeGreaterThan(2 ** 99);
});

test.each([
  ['itself', 'query { ...a } fragment a on Query { ...a }', 'a'],
  ['another', 'query { ...a } fragment a on Query { viewer { ...b } } fragment b on Viewer { ...a }', 'a'],
  ['itself, unused', '{ viewer { name } } fragment b on Query { ...c } fragment c on Query { ... { ...b } }', 'b'],
])('R-SAFE-1 a fragment that is within %s is told', (_name, source, fragment) => {
  expect(measureDocument(parse(source)).cycle?.name.value).toBe(fragment);
});

test('R-SAFE-1 a chain of fragments is as deep as what it stands for', () => {
  const chain = Array.from({ length: 600 }, (_, level) => `fragment f${level} on Query { ...f${level + 1} }`).join(' ');
  expect(measureDocument(parse(`query { ...f0 } ${chain} fragment f600 on Query { viewer { name } }`))).toMatchObject({
    nesting: 603,
    depth: 2,
    cycle: null,
  });
});

/** By the definition: fragments followed wherever they are spread. */
function byExpansion(document: DocumentNode): { nodes: number; depth: number } {
  const fragments = new Map(
    document.definitions
      .filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
      .map((one) => [one.name.value, one]),
  );
  const inSet = (set: SelectionSetNode): { nodes: number; depth: number } => {
    let [nodes, depth] = [0, 0];
    for (const selection of set.selections) {
      nodes += 1;
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)?.selectionSet : selection.selectionSet;
      const found = inner ? inSet(inner) : { nodes: 0, depth: 0 };
      nodes += found.nodes + (selection.kind === Kind.FRAGMENT_SPREAD && inner ? 1 : 0);
      depth = Math.max(depth, found.depth + (selection.kind === Kind.FIELD ? 1 : 0));
    }
    return { nodes, depth };
  };
  let [nodes, depth] = [0, 0];
  for (const definition of document.definitions) {
    if (!('selectionSet' in definition)) continue;
    const found = inSet(definition.selectionSet);
    nodes += 1 + found.nodes;
    if (definition.kind === Kind.OPERATION_DEFINITION) depth = Math.max(depth, found.depth);
  }
  return { nodes, depth };
}

test('R-SAFE-1 what is counted is what following every fragment would count', () => {
  /** Fragments spread later ones only, so that there is no cycle. */
  const setOf = (from: number, count: number): fc.Arbitrary<string> =>
    fc.letrec<{ set: string }>((tie) => ({
      set: fc
        .array(
          fc.oneof(
            { maxDepth: 3 },
            fc.constant('x'),
            ...(from < count ? [fc.integer({ min: from, max: count - 1 }).map((index) => `...f${index}`)] : []),
            tie('set').map((set) => `y ${set}`),
            tie('set').map((set) => `... ${set}`),
          ),
          { minLength: 1, maxLength: 3 },
        )
        .map((selections) => `{ ${selections.join(' ')} }`),
    })).set;
  const documents = fc
    .integer({ min: 0, max: 5 })
    .chain((count) =>
      fc
        .tuple(setOf(0, count), ...Array.from({ length: count }, (_, index) => setOf(index + 1, count)))
        .map(([operation, ...sets]) => [operation, ...sets.map((set, index) => `fragment f${index} on T ${set}`)].join(' ')),
    );
  fc.assert(
    fc.property(documents, (source) => {
      const document = parse(source);
      const { nodes, depth } = measureDocument(document);
      expect({ nodes, depth }).toEqual(byExpansion(document));
    }),
  );
});

test('R-SAFE-1 how deep JSON goes is told for any depth', () => {
  const deep = JSON.parse(`${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`);
  expect(isNestedDeeper(deep, 99_999)).toBe(true);
  expect(isNestedDeeper(deep, 100_000)).toBe(false);
  expect(isNestedDeeper({ a: [1, { b: 'c' }], d: null }, 3)).toBe(false);
  expect(isNestedDeeper({ a: [1, { b: 'c' }], d: null }, 2)).toBe(true);
  expect(isNestedDeeper(undefined, 0)).toBe(false);
});

test('R-SAFE-1 values are counted up to the limit and no further', () => {
  let read = 0;
  const counted = <T extends object>(value: T): T =>
    new Proxy(value, {
      get(target, name, receiver) {
        if (typeof name === 'string' && /^\d+$/.test(name)) read += 1;
        return Reflect.get(target, name, receiver);
      },
    });
  expect(valuesExcess({ a: counted(Array.from({ length: 100_000 }, () => ({}))) }, { listItems: 100, valueWeight: 1_000 })).toBe(
    'listItems',
  );
  expect(read).toBe(0);
  const lists = counted(Array.from({ length: 90 }, () => Array.from({ length: 90 }, () => 1)));
  expect(valuesExcess(lists, { listItems: 100, valueWeight: 1_000 })).toBe('valueWeight');
  expect(read).toBeLessThanOrEqual(90);
  expect(valuesExcess({ a: [1, 2, {}], b: null }, { listItems: 3, valueWeight: 13 })).toBeNull();
  expect(valuesExcess({ a: [1, 2, {}], b: null }, { listItems: 3, valueWeight: 12 })).toBe('valueWeight');
});
