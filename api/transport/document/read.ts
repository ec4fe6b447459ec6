import { type DocumentNode, GraphQLError, Lexer, parse, Source, TokenKind } from 'graphql';
import { API_LIMITS } from '../../limits';
import { measureDocument } from './measure';
import { isNestedDeeper, valuesExcess } from './nested';

/** What came in, as JSON gave it. */
export interface Asked {
  source: string;
  variables?: unknown;
  extensions?: unknown;
}

const OPENING: ReadonlySet<string> = new Set([TokenKind.PAREN_L, TokenKind.BRACKET_L, TokenKind.BRACE_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.PAREN_R, TokenKind.BRACKET_R, TokenKind.BRACE_R]);

/**
 * R-SAFE-1: the one check of a GraphQL document, on either transport. Whatever goes through is so small and flat, fragments put in,
 * that every rule of graphql's and of ours may walk it, by recursion too. Throws a GraphQLError with a code.
 */
export function readDocument({ source, ...rest }: Asked): DocumentNode {
  const { nesting, nodes, depth, repeats } = API_LIMITS;
  requireBounded(rest);
  const document = parsed(source, requireShort(source));
  const size = measureDocument(document);
  if (size.cycle) {
    const message = `The fragment "${size.cycle.name.value}" is spread within itself. Take that spread out.`;
    throw new GraphQLError(message, { nodes: [size.cycle], extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
  }
  if (size.nesting > nesting)
    throw tooComplex(`The document is nested deeper than ${nesting} levels, its fragments included. Ask for less at a time.`);
  if (size.nodes > nodes) {
    throw tooComplex(
      `The document has ${size.nodes} nodes when its fragments are put in; the limit is ${nodes}. Spread fewer fragments within each other.`,
    );
  }
  if (size.repeats > repeats)
    throw tooComplex(
      `The document asks for ${size.repeats} fields under one name in one place; the limit is ${repeats}. Ask for each once.`,
    );
  if (size.depth > depth) throw tooComplex(`The document is nested deeper than ${depth} levels. Ask for the inner lists one by one.`);
  return document;
}

/** Variables and extensions, before they are turned into inputs: functions that do so recurse, and take long. */
export function requireBounded({ variables, extensions }: Omit<Asked, 'source'>): void {
  for (const [name, value] of Object.entries({ variables, extensions })) {
    if (isNestedDeeper(value, API_LIMITS.nesting)) {
      throw tooComplex(`\`${name}\` is nested deeper than ${API_LIMITS.nesting} levels. Send it flatter.`);
    }
    const excess = valuesExcess(value, API_LIMITS);
    if (excess === 'listItems')
      throw tooComplex(`A list in \`${name}\` has more than ${API_LIMITS.listItems} items. Send fewer in each request.`);
    if (excess) throw tooComplex(`\`${name}\` has more values than one request takes. Send them in several requests.`);
  }
}

/** By its tokens alone: a parser that recurses must not see what is too deep for it. */
function requireShort(source: string): { lines: number } {
  const lexer = new Lexer(new Source(source));
  let [count, depth, lines] = [0, 0, 1];
  for (let token = next(lexer); token && token.kind !== TokenKind.EOF; token = next(lexer)) {
    count += 1;
    lines = token.line;
    if (count > API_LIMITS.tokens)
      throw tooComplex(`The document has more than ${API_LIMITS.tokens} tokens. Ask for less at a time, or use variables.`);
    if (OPENING.has(token.kind)) depth += 1;
    else if (CLOSING.has(token.kind)) depth -= 1;
    if (depth > API_LIMITS.nesting)
      throw tooComplex(`The document is nested deeper than ${API_LIMITS.nesting} levels. Ask for less at a time.`);
  }
  return { lines };
}

/** Null for what is no token: the parser says it better. */
function next(lexer: Lexer) {
  try {
    return lexer.advance();
  } catch {
    return null;
  }
}

/**
 * Each error counts the lines before each of its nodes, and one field may be asked for a thousand times: a long text is read without places,
 * and its errors have none.
 */
function parsed(source: string, { lines }: { lines: number }): DocumentNode {
  try {
    const noLocation = source.length > API_LIMITS.placedCharacters || lines > API_LIMITS.placedLines;
    return parse(source, { maxTokens: API_LIMITS.tokens, noLocation });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new GraphQLError(error.message, {
      source: error.source,
      positions: error.positions,
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    });
  }
}

export const tooComplex = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' } });
