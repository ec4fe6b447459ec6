import { createHash } from 'node:crypto';
import { type DocumentNode, GraphQLError, type GraphQLSchema, NoSchemaIntrospectionCustomRule, specifiedRules, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { API_LIMITS } from '../../limits';
import { type Asked, readDocument, requireBounded, tooComplex } from './read';

/** Reads and validates documents, for both transports. */
export interface DocumentCheck {
  /** The document, read and valid; otherwise what is wrong with it, each error with a code. */
  check(asked: Asked): DocumentNode | readonly GraphQLError[];
  /** For a request that names a stored document: what is wrong with the rest of it. */
  checkStored(asked: Omit<Asked, 'source'>): readonly GraphQLError[];
  /** One that has passed lately, by the SHA-256 of its text. */
  known(hash: string): DocumentNode | undefined;
}

export function createDocumentCheck(schema: GraphQLSchema, introspection: boolean): DocumentCheck {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const kept = new LRUCache<string, DocumentNode>({ maxSize: API_LIMITS.keptDocuments });

  function checked(asked: Asked): DocumentNode | readonly GraphQLError[] {
    const hash = createHash('sha256').update(asked.source).digest('hex');
    const known = kept.get(hash);
    if (known) {
      requireBounded(asked);
      return known;
    }
    const document = readDocument(asked);
    const errors = validate(schema, document, rules, { maxErrors: API_LIMITS.errors });
    if (errors.length > 0) return errors.map(invalid);
    kept.set(hash, document, { size: asked.source.length + 1 });
    return document;
  }

  return {
    check: (asked) => errorsOr(() => checked(asked)),
    checkStored: (asked) =>
      errorsOr(() => {
        requireBounded(asked);
        return [];
      }),
    known: (hash) => kept.get(hash),
  };
}

function errorsOr<T>(work: () => T): T | readonly GraphQLError[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** How graphql words that it has compared enough. */
const ABORTED = 'Validation aborted.';

const invalid = ({ message, nodes, extensions }: GraphQLError): GraphQLError =>
  message === ABORTED
    ? tooComplex('The document has too many fields to compare with each other. Ask for each field once, and for less at a time.')
    : new GraphQLError(message, { nodes, extensions: { code: 'GRAPHQL_VALIDATION_FAILED', ...extensions } });
