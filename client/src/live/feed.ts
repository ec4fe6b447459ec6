import type { Operation } from '../documents.js';
import type { Settings } from '../options.js';
import { type Failure, failure, isPassing, isSignedOut, type Problem, problem, problemOf, retryAfterOf } from '../problems.js';
import { wait } from '../wait.js';
import { type Connection, type End, isRefusal } from './connection.js';

export interface FeedSink {
  /** Exactly once for each event, in their order. */
  next(data: Record<string, unknown>): void;
  failed(failure: Failure): void;
  completed(): void;
}

/** These end with what they tell of. No other ends by itself: where one does all the same, it goes on behind its last event. */
const ENDING = new Set(['uploadProgress', 'importProgress']);

/** Closed so because of what this client sent: it would be the same again. */
const OWN_FAULT = new Set([4400, 4406]);

/**
 * One subscription over any number of cuts: each time it goes on behind the last event that came. The feed ends by the function that is
 * given back, by `failed` where trying again changes nothing, or by `completed`.
 */
export function openFeed(connection: Connection, settings: Settings, operation: Operation, given: object, sink: FeedSink): () => void {
  const { field, after } = resumable(operation);
  // graphql-ws sends this very object again when it has reconnected.
  const variables: Record<string, unknown> = { [after]: '', ...given };
  variables[after] ??= '';
  const stopped = new AbortController();
  let stop = (): void => undefined;
  let tries = 0;

  const end = (): void => {
    stopped.abort();
    stop();
  };
  const fail = (reason: Failure['reason'], problems: readonly Problem[]): void => {
    end();
    sink.failed(failure(reason, problems));
  };
  const again = async (afterMs: number | null = null): Promise<void> => {
    stop();
    await wait(afterMs ?? settings.backoff(tries), stopped.signal);
    tries += 1;
    if (stopped.signal.aborted) return;
    // Meanwhile another one may have found that there are no good credentials.
    if (connection.state.get().status === 'signed-out') fail('not-signed-in', [SIGNED_OUT]);
    else subscribe();
  };
  const wrong = (problems: readonly Problem[]): void => {
    if (isSignedOut(problems)) {
      // The next connection tells whether the credentials are good.
      connection.renew();
      void again();
    } else if (isPassing(problems)) void again(retryAfterOf(problems));
    else fail('errors', problems);
  };
  const ended = (reason: End): void => {
    const code = 'code' in reason ? reason.code : 0;
    if ('errors' in reason) wrong(reason.errors.map(problemOf));
    else if (isRefusal(code) && !connection.mayTryOthers()) fail('not-signed-in', [SIGNED_OUT]);
    else if (OWN_FAULT.has(code)) fail('errors', [problem('BAD_REQUEST', `The connection was closed with ${code}.`)]);
    else void again();
  };

  function subscribe(): void {
    stop = connection.subscribe(
      { query: operation.text, operationName: operation.name, variables },
      {
        next({ data, errors }) {
          if (stopped.signal.aborted) return;
          if (errors?.length && !data) return wrong(errors.map(problemOf));
          const event = Object.values(data ?? {})[0] as { cursor?: unknown } | null | undefined;
          if (typeof event?.cursor !== 'string') return fail('errors', [NO_CURSOR]);
          tries = 0;
          variables[after] = event.cursor;
          sink.next(data as Record<string, unknown>);
        },
        ended(reason) {
          if (!stopped.signal.aborted) ended(reason);
        },
        completed() {
          if (stopped.signal.aborted) return;
          if (!ENDING.has(field)) return void again();
          end();
          sink.completed();
        },
      },
    );
  }
  subscribe();
  return end;
}

/** The name of the subscription, and the variable with the cursor that it goes on behind. */
export function resumable({ kind, fields }: Operation): { field: string; after: string } {
  const [field] = fields;
  if (kind !== 'subscription' || !field) throw new TypeError('This is for subscriptions.');
  const after = field.variableOf.get('after');
  if (after === undefined)
    throw new TypeError(
      `${field.name} needs the argument \`after\` with a variable, such as $after: without it, events of a cut are lost.`,
    );
  return { field: field.name, after };
}

const SIGNED_OUT = problem('NOT_SIGNED_IN', 'What the connection was opened with is not, or no longer, good.');
const NO_CURSOR = problem(
  'CURSOR_MISSING',
  'The document does not ask for the cursor of each event.',
  'Select `cursor` of each type, of Resync as well.',
);
