import type { Operation } from './documents.js';
import { MUTATIONS_WITH_KEY } from './generated/repeatable.js';

export interface Repeatable {
  readonly variables: Record<string, unknown>;
  /** Whether sending it again does no more than sending it once. */
  readonly repeatable: boolean;
}

/** The variable of a document that a key of its own may go into: `$idempotencyKey`, or one for all of an input. */
const SINGLE = 'idempotencyKey';

/**
 * Queries, and mutations that say how something is to be, are safe to repeat as they are. The others get an `idempotencyKey` of their own,
 * where the document has a variable for it, or the caller's. A key is for one mutation: one that would be for two is left out.
 */
export function withIdempotencyKey(
  { kind, fields, variables: declared }: Operation,
  given: Record<string, unknown>,
  callers?: string,
): Repeatable {
  if (kind !== 'mutation') return { variables: given, repeatable: kind === 'query' };
  const keyed = fields.filter(({ name }) => MUTATIONS_WITH_KEY.has(name));
  const places = keyed.map(({ variableOf }) => variableOf.get('input') ?? (declared.includes(SINGLE) ? SINGLE : null));
  const variables = { ...given };
  const keyFor = (): string => (places.length === 1 ? callers : undefined) ?? newKey();
  let repeatable = true;
  for (const place of places) {
    if (place === null || places.filter((other) => other === place).length > 1) repeatable = false;
    else if (place === SINGLE) variables[SINGLE] ??= keyFor();
    else {
      const input = variables[place] as { idempotencyKey?: string | null } | undefined;
      variables[place] = { ...input, idempotencyKey: input?.idempotencyKey ?? keyFor() };
    }
  }
  return { variables, repeatable };
}

/** `crypto.randomUUID` is there in secure contexts only, and an API on another host of the network may be reached without TLS. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
