import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { API_LIMITS } from '../limits';
import { userErrorsOf } from './as-payload';

export interface ErrorLog {
  error(details: object, message: string): void;
}

/** The only way an error leaves, on either transport. `code` is what the transport knows of an error that has none. */
export type PresentError = (error: unknown, code?: string) => GraphQLFormattedError;

/**
 * Refusals keep their words, errors of the document keep graphql's, and whatever else happened is
 * replaced by an id under which the log has it.
 */
export function createPresentError(log: ErrorLog): PresentError {
  return (error, code = 'BAD_REQUEST') => {
    const located = error instanceof GraphQLError ? error : null;
    const place = { ...(located?.locations && { locations: located.locations }), ...(located?.path && { path: located.path }) };
    const cause = located ? rootCause(located) : error;
    const refusals = userErrorsOf(cause);
    if (refusals?.[0]) {
      const { code: refusal, field, hint, limit, retryAfter } = refusals[0];
      return { message: cut((cause as Error).message), ...place, extensions: { code: refusal, field, hint, limit, retryAfter } };
    }
    if (located && ((cause === null && !isOfTheAnswer(located)) || isOfTheDocument(located))) {
      const shown = codeOf(located) ?? code;
      const hint = shown === 'PERSISTED_QUERY_NOT_SUPPORTED' ? SEND_IT : undefined;
      return { message: cut(withoutValues(located.message)), ...place, extensions: { code: shown, ...(hint && { hint }) } };
    }
    const id = maskedAs(log, cause ?? error);
    return { message: `Something went wrong inside Updraft. The log has it as ${id}.`, ...place, extensions: { code: 'INTERNAL', id } };
  };
}

/** Clients know this refusal by its message, which is why it is none of ours. */
const SEND_IT = 'Queries are not stored by their hash. Send the query itself.';

/** Logs what really happened and gives the id that is told instead. */
export function maskedAs(log: ErrorLog, error: unknown): string {
  const id = randomUUID();
  log.error({ err: error, errorId: id }, 'A request failed');
  return id;
}

/** Apollo wraps what a validation rule reports: the code that rule gave says more. */
const codeOf = ({ originalError, extensions }: GraphQLError): unknown =>
  (originalError instanceof GraphQLError ? originalError.extensions.code : undefined) ?? extensions.code;

function rootCause(error: GraphQLError): Error | null {
  let cause = error.originalError;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause instanceof GraphQLError || !cause ? null : cause;
}

/** A value that a variable or an argument does not take: graphql wraps the scalar's error, and there is no path yet. */
const isOfTheDocument = (error: GraphQLError): boolean => error.path === undefined && error.nodes !== undefined;

/** A value that was resolved and does not fit its type, which graphql quotes: whoever wrote it is to blame, not whoever asks. */
const isOfTheAnswer = (error: GraphQLError): boolean => error.path !== undefined && codeOf(error) === undefined;

/** graphql quotes the value that does not fit, and that may be a secret in the wrong place. */
const withoutValues = (message: string): string =>
  message
    .replace(/(cannot represent [\w -]*?value): .*$/s, '$1.')
    .replace(/got invalid value .*; /s, (found) => `got an invalid value${/ at "[\w$.[\]]+"; $/.exec(found)?.[0] ?? '; '}`);

const cut = (text: string): string => (text.length > API_LIMITS.messageLength ? `${text.slice(0, API_LIMITS.messageLength)}…` : text);
