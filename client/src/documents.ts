import { Kind, parse, print } from '@0no-co/graphql.web';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';

/** A document with the types of its answer and its variables; text where types don't matter. */
export type Document<Data = unknown, Variables = Record<string, unknown>> = TypedDocumentNode<Data, Variables> | string;

export interface Operation {
  /** As it is sent. */
  readonly text: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly name: string | undefined;
  readonly variables: readonly string[];
  readonly fields: readonly RootField[];
}

export interface RootField {
  readonly name: string;
  /** The variable that each argument takes its value from, if it takes all of it from one. */
  readonly variableOf: ReadonlyMap<string, string>;
}

const known = new WeakMap<object, Operation>();

/** What the client has to know of a document. Reading one that is no text is done once. */
export function operationOf(document: Document<never, never> | Document): Operation {
  if (typeof document === 'string') return read(parse(document, { noLocation: true }) as unknown as Ast, document);
  const there = known.get(document);
  if (there) return there;
  const operation = read(document as unknown as Ast, print(document as never));
  known.set(document, operation);
  return operation;
}

interface Named {
  readonly name: { readonly value: string };
}
interface Ast {
  readonly definitions: readonly {
    readonly kind: string;
    readonly operation?: string;
    readonly name?: { readonly value: string };
    readonly variableDefinitions?: readonly { readonly variable: Named }[];
    readonly selectionSet?: { readonly selections: readonly Selection[] };
  }[];
}
interface Selection extends Named {
  readonly kind: string;
  readonly arguments?: readonly (Named & { readonly value: { readonly kind: string; readonly name?: { readonly value: string } } })[];
}

function read(ast: Ast, text: string): Operation {
  const operations = ast.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const [first] = operations;
  if (!first || operations.length > 1) throw new TypeError('A document has to have one operation.');
  return {
    text,
    kind: first.operation as Operation['kind'],
    name: first.name?.value,
    variables: (first.variableDefinitions ?? []).map(({ variable }) => variable.name.value),
    fields: (first.selectionSet?.selections ?? [])
      .filter(({ kind }) => kind === Kind.FIELD)
      .map((field) => ({
        name: field.name.value,
        variableOf: new Map(
          (field.arguments ?? []).flatMap(({ name, value }) =>
            value.kind === Kind.VARIABLE && value.name ? [[name.value, value.name.value] as const] : [],
          ),
        ),
      })),
  };
}
