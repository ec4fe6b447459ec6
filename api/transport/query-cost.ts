import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isLeafType,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity';
import { FIXED_LIMITS, type Limits } from '../../schema/model/limits';
import { API_LIMITS } from '../limits';
import { tooComplex } from './document/read';
import { AS_LONG_AS_GIVEN, listSizes } from './list-sizes';

const OBJECT = 2;
/** A list is a question to the store. */
const PAGE = 10;
const MUTATION = 300;
/** So many values of arguments cost as much as one that is answered: they are turned into objects for each field that has them. */
const VALUES = 10;

export interface Asked {
  document: DocumentNode;
  variables: Record<string, unknown>;
  operationName: string | null | undefined;
}

export type CostOf = (asked: Asked) => number;

/**
 * R-SAFE-1: what an operation may cost at most to answer: values × items × sizes of lists, and what finding them takes.
 * The document has passed `readDocument` and validation; that its variables fit is found out here, because what a page costs is in them.
 * Throws a GraphQLError with a code.
 */
export function createCostOf(schema: GraphQLSchema, limits: Limits): CostOf {
  /** Of the mutation that is looked at: nothing else has such lists. */
  let given = 1;
  const estimators = [estimator(schema, limits, () => given)];
  return ({ document, variables, operationName }) => {
    const operation = getOperationAST(document, operationName);
    if (!operation) return 0;
    const name = operation.name?.value;
    requireVariables(schema, operation, variables);
    if (operation.operation === 'mutation') given = Math.max(1, longestLiteral(operation), longestList(variables));
    const cost = counted(() =>
      getComplexity({ schema, query: document, variables, operationName: name, estimators, maxQueryNodes: API_LIMITS.nodes }),
    );
    const most = operation.operation === 'subscription' ? API_LIMITS.eventCost : API_LIMITS.cost;
    if (cost <= most) return cost;
    throw tooComplex(
      `The request costs ${Math.round(cost)}; the limit is ${most}. Ask for fewer items (\`first\`), fewer fields, or fewer lists within each other.`,
    );
  };
}

/** First, and with an end: a list of a hundred thousand wrong values has as many errors. */
function requireVariables(schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Record<string, unknown>): void {
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: API_LIMITS.errors });
  const [first] = errors ?? [];
  if (first) throw new GraphQLError(first.message, { nodes: first.nodes, extensions: { code: 'BAD_USER_INPUT' } });
}

function counted(count: () => number): number {
  try {
    return count();
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw error.nodes
      ? new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: 'BAD_USER_INPUT' } })
      : tooComplex(error.message);
  }
}

/** A value costs 1, what else there is more, or what its `complexity` says; a list as many as it may hold. */
function estimator(schema: GraphQLSchema, limits: Limits, given: () => number): ComplexityEstimator {
  const sizes = listSizes(schema, limits);
  return ({ type, field, args, childComplexity }) => {
    const named = getNamedType(field.type);
    const isPage = named.name.endsWith('Connection');
    const declared = field.extensions.complexity;
    const own =
      typeof declared === 'number' ? declared : isPage ? PAGE : type.name === 'Mutation' ? MUTATION : isLeafType(named) ? 1 : OBJECT;
    const place = `${type.name}.${field.name}`;
    const size = sizes.get(place) ?? 1;
    const items = isPage ? pageSize(args.first, limits.pageSize) : AS_LONG_AS_GIVEN.has(place) ? Math.min(size, given()) : size;
    return (isLeafType(named) ? items * own : own + items * childComplexity) + valuesIn(args) / VALUES;
  };
}

/** More than a page holds is refused by the list itself. */
const pageSize = (first: unknown, most: number): number =>
  typeof first === 'number' && first > 0 ? Math.min(first, most) : FIXED_LIMITS.pageSizeByDefault;

function longestLiteral(operation: OperationDefinitionNode): number {
  let longest = 0;
  visit(operation, {
    ListValue({ values }) {
      longest = Math.max(longest, values.length);
    },
  });
  return longest;
}

/** Values are within each other as deep as `readDocument` lets them be. */
function longestList(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return parts.reduce((longest: number, part) => Math.max(longest, longestList(part)), Array.isArray(value) ? value.length : 0);
}

/** A variable may stand in a thousand places, and is one value: it is counted once. */
const counts = new WeakMap<object, number>();

/** Values are within each other as deep as `readDocument` lets them be. */
export function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  const known = counts.get(value);
  if (known !== undefined) return known;
  let count = 0;
  for (const part of Array.isArray(value) ? value : Object.values(value)) count += valuesIn(part);
  counts.set(value, count);
  return count;
}
