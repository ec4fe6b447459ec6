import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

export interface DocumentSize {
  /** Selections, arguments and values of all definitions, each fragment counted wherever it is spread. */
  nodes: number;
  /** Fields within each other in the deepest operation; introspection is left to graphql's own rule for it. */
  depth: number;
  /** Selection sets within each other, those of fragments included. */
  nesting: number;
  /** Fields under one name in one selection set: rules compare each with each. */
  repeats: number;
  /** A spread that leads back into its own fragment: the numbers above mean nothing then. */
  cycle: FragmentSpreadNode | null;
  /** What it took to find this out: every node of the text once, whatever the fragments do. */
  visited: number;
}

type Executable = OperationDefinitionNode | FragmentDefinitionNode;

interface Spread {
  node: FragmentSpreadNode;
  /** Fields above it; null below introspection. */
  depth: number | null;
  nesting: number;
}

interface Measured {
  nodes: number;
  repeats: number;
  depth: number;
  nesting: number;
  readonly spreads: readonly Spread[];
  state: 'new' | 'open' | 'done';
}

/** How large a document is for rules that follow fragments, found out without following one twice. Never recurses. */
export function measureDocument(document: DocumentNode): DocumentSize {
  const size: DocumentSize = { nodes: 0, depth: 0, nesting: 0, repeats: 0, cycle: null, visited: 0 };
  const fragments = new Map<string, Measured>();
  const operations: Measured[] = [];
  const all: Measured[] = [];
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const measured = measureAlone(definition);
    size.visited += measured.nodes;
    size.repeats = Math.max(size.repeats, measured.repeats);
    all.push(measured);
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, measured);
    else operations.push(measured);
  }
  for (const one of all) {
    size.cycle ??= addFragments(one, fragments);
    size.nodes += one.nodes;
    size.nesting = Math.max(size.nesting, one.nesting);
  }
  for (const { depth } of operations) size.depth = Math.max(size.depth, depth);
  return size;
}

function measureAlone(definition: Executable): Measured {
  const spreads: Spread[] = [];
  const measured: Measured = { nodes: 1, repeats: 0, depth: 0, nesting: 1, spreads, state: 'new' };
  const open: { set: SelectionSetNode; depth: number | null; nesting: number }[] = [{ set: definition.selectionSet, depth: 0, nesting: 1 }];
  measured.nodes += valuesIn(definition.directives ?? []);
  if (definition.kind === Kind.OPERATION_DEFINITION) measured.nodes += definition.variableDefinitions?.length ?? 0;
  for (let at = open.pop(); at; at = open.pop()) {
    measured.nesting = Math.max(measured.nesting, at.nesting);
    const names = new Map<string, number>();
    for (const selection of at.set.selections) {
      measured.nodes += 1 + valuesIn(selection.directives ?? []);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        spreads.push({ node: selection, depth: at.depth, nesting: at.nesting });
        continue;
      }
      let depth = at.depth;
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const repeats = (names.get(name) ?? 0) + 1;
        names.set(name, repeats);
        measured.repeats = Math.max(measured.repeats, repeats);
        measured.nodes += valuesIn(selection.arguments ?? []);
        if (selection.name.value.startsWith('__')) depth = null;
        if (depth !== null) depth += 1;
        measured.depth = Math.max(measured.depth, depth ?? 0);
      }
      if (selection.selectionSet) open.push({ set: selection.selectionSet, depth, nesting: at.nesting + 1 });
    }
  }
  return measured;
}

/** Arguments, directives and the values in them. */
function valuesIn(holders: readonly (ArgumentNode | DirectiveNode)[]): number {
  let count = 0;
  const open: (ArgumentNode | DirectiveNode | ValueNode)[] = [...holders];
  for (let node = open.pop(); node; node = open.pop()) {
    count += 1;
    if (node.kind === Kind.LIST) for (const value of node.values) open.push(value);
    else if (node.kind === Kind.OBJECT) for (const field of node.fields) open.push(field.value);
    else if (node.kind === Kind.ARGUMENT) open.push(node.value);
    else if (node.kind === Kind.DIRECTIVE) for (const argument of node.arguments ?? []) open.push(argument);
  }
  return count;
}

/** Adds what the fragments bring, those within them first; each is done once. Gives the spread that closes a cycle, or null. */
function addFragments(start: Measured, fragments: ReadonlyMap<string, Measured>): FragmentSpreadNode | null {
  const path: { of: Measured; next: number }[] = [{ of: start, next: 0 }];
  for (let step = path.at(-1); step; step = path.at(-1)) {
    const { of } = step;
    if (of.state === 'done') {
      path.pop();
      continue;
    }
    of.state = 'open';
    const spread = of.spreads[step.next];
    if (!spread) {
      of.state = 'done';
      continue;
    }
    const fragment = fragments.get(spread.node.name.value);
    if (fragment?.state === 'open') return spread.node;
    if (fragment?.state === 'new') {
      path.push({ of: fragment, next: 0 });
      continue;
    }
    step.next += 1;
    if (!fragment) continue;
    of.nodes += fragment.nodes;
    of.nesting = Math.max(of.nesting, spread.nesting + fragment.nesting);
    if (spread.depth !== null) of.depth = Math.max(of.depth, spread.depth + fragment.depth);
  }
  return null;
}
