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

/** The refusal of a document that costs more than one request may, or null. The document has passed validation. */
export function tooCostly(schema: GraphQLSchema, { document, variables, operationName }: Asked): GraphQLError | null {
  const cost = getComplexity({
    schema,
    query: document,
    variables,
    operationName: operationName ?? undefined,
    estimators: [estimate],
  });
  if (cost <= API_LIMITS.cost) return null;
  return new GraphQLError(
    `The request costs ${cost}; the limit is ${API_LIMITS.cost}. Ask for fewer items (\`first\`) or fewer nested lists.`,
    {
      extensions: { code: 'QUERY_TOO_COMPLEX' },
    },
  );
}
