import { type ASTNode, type FragmentDefinitionNode, GraphQLError, Kind, type SelectionSetNode, type ValidationRule } from 'graphql';
import { API_LIMITS } from '../limits';

type Fragments = (name: string) => FragmentDefinitionNode | null | undefined;

/** Refuses documents nested deeper than the limit. Introspection is left to graphql's own rule for it. */
export const queryDepthRule: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    const fragments: Fragments = (name) => context.getFragment(name);
    const tooDeep = deeper(operation.selectionSet, API_LIMITS.depth, fragments, new Set());
    if (!tooDeep) return;
    context.reportError(
      new GraphQLError(`The document is nested deeper than ${API_LIMITS.depth} levels.`, {
        nodes: [tooDeep],
        extensions: { code: 'QUERY_TOO_COMPLEX' },
      }),
    );
  },
});

/** The first node below `left` levels. Fragments being spread are not entered again: cycles are another rule's to report. */
function deeper(set: SelectionSetNode, left: number, fragments: Fragments, open: ReadonlySet<string>): ASTNode | null {
  for (const selection of set.selections) {
    const found = selection.kind === Kind.FIELD ? inField(selection, left, fragments, open) : inFragment(selection, left, fragments, open);
    if (found) return found;
  }
  return null;
}

function inField(
  field: Extract<SelectionSetNode['selections'][number], { kind: Kind.FIELD }>,
  left: number,
  fragments: Fragments,
  open: ReadonlySet<string>,
): ASTNode | null {
  if (field.name.value.startsWith('__')) return null;
  if (left === 0) return field;
  return field.selectionSet ? deeper(field.selectionSet, left - 1, fragments, open) : null;
}

function inFragment(
  selection: Exclude<SelectionSetNode['selections'][number], { kind: Kind.FIELD }>,
  left: number,
  fragments: Fragments,
  open: ReadonlySet<string>,
): ASTNode | null {
  if (selection.kind === Kind.INLINE_FRAGMENT) return deeper(selection.selectionSet, left, fragments, open);
  const name = selection.name.value;
  const fragment = open.has(name) ? null : fragments(name);
  return fragment ? deeper(fragment.selectionSet, left, fragments, new Set([...open, name])) : null;
}
