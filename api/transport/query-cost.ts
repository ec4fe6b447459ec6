import { type DocumentNode, GraphQLError, type GraphQLSchema, getNamedType, isLeafType } from 'graphql';
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity';
import { API_LIMITS } from '../limits';

const DEFAULT_PAGE = 50;

/** A plain value is free, an object costs 1, a count its `complexity`, and a list what its page may hold. */
const estimate: ComplexityEstimator = ({ field, args, childComplexity }) => {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return 0;
  const own = typeof field.extensions.complexity === 'number' ? field.extensions.complexity : 1;
  const items = type.name.endsWith('Connection') ? pageSize(args.first) : 1;
  return own + items * childComplexity;
};

const pageSize = (first: unknown): number => (typeof first === 'number' && first > 0 ? first : DEFAULT_PAGE);

export interface Asked {
  document: DocumentNode;
  variables: Record<string, unknown>;
  operationName: string | null | undefined;
}

/**
 * Why a document can't be carried out within the limits, or null. It has passed validation; that its variables fit is
 * found out here, because what a page costs is in them.
 */
export function tooCostly(schema: GraphQLSchema, asked: Asked): GraphQLError | null {
  try {
    const cost = costOf(schema, asked);
    if (cost <= API_LIMITS.cost) return null;
    return refusal(`The request costs ${cost}; the limit is ${API_LIMITS.cost}. Ask for fewer items (\`first\`) or fewer nested lists.`);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return error.nodes
      ? new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: 'BAD_USER_INPUT' } })
      : refusal(error.message);
  }
}

const costOf = (schema: GraphQLSchema, { document, variables, operationName }: Asked): number =>
  getComplexity({ schema, query: document, variables, operationName: operationName ?? undefined, estimators: [estimate] });

const refusal = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' } });
