import type { Keyring } from '../credentials.js';
import type { Operation } from '../documents.js';
import type { Settings } from '../options.js';
import { type Failure, failure, isPassing, isSignedOut, isWithoutOutcome, problem, problemOf, type Result } from '../problems.js';
import { wait } from '../wait.js';
import { millisecondsOf } from './retry-after.js';
import { untilDeadline } from './until-deadline.js';

export interface Transport {
  /** `fetch` with the credentials; a token that was refused is replaced once. */
  fetch: typeof fetch;
  send<T>(operation: Operation, variables: object, options: { signal?: AbortSignal; repeatable: boolean }): Promise<Result<T>>;
}

/** Longer than this a request does not wait by itself: the caller is told instead. */
const LONGEST_WAIT_MS = 60_000;

export function createTransport(settings: Settings, keyring: Keyring, closed: AbortSignal): Transport {
  const credentials: RequestCredentials = settings.credentials === 'browser session' ? 'same-origin' : 'omit';

  const authorized: typeof fetch = async (input, init) => {
    const request = input instanceof Request ? input : null;
    const address = new URL(request?.url ?? String(input), `${settings.url}/`);
    if (address.origin !== new URL(settings.url).origin)
      throw new TypeError(`These credentials are for ${settings.url} alone, not for ${address.origin}.`);
    // A stream can be sent once.
    const isRepeatable = !(init?.body instanceof ReadableStream);
    for (let first = true; ; first = false) {
      const authorization = await keyring.authorization();
      const headers = new Headers(init?.headers ?? request?.headers);
      if (authorization) headers.set('authorization', authorization);
      const response = await settings.fetch(request?.clone() ?? address, { ...init, credentials, headers });
      if (response.status !== 401 || !keyring.refused(authorization) || !first || !isRepeatable) return response;
      response.body?.cancel().catch(() => undefined);
    }
  };

  async function once<T>(body: string, given: AbortSignal | undefined): Promise<Result<T>> {
    let response: Response;
    let text: string;
    try {
      [response, text] = await untilDeadline(settings.answerMs, [closed, ...(given ? [given] : [])], async (signal) => {
        const answer = await authorized(`${settings.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
          body,
          signal,
        });
        return [answer, await answer.text()];
      });
    } catch (error) {
      return given?.aborted || closed.aborted ? canceled() : failure('unreachable', [problem('UNREACHABLE', reasonOf(error))]);
    }
    return resultOf<T>(response, text);
  }

  return {
    fetch: authorized,
    async send<T>(
      { text, name, kind }: Operation,
      variables: object,
      { signal, repeatable }: { signal?: AbortSignal; repeatable: boolean },
    ) {
      const body = JSON.stringify({ query: text, variables, operationName: name });
      let mayBeDone = false;
      const told = (given: Failure<T>): Failure<T> => ({ ...given, problems: given.problems.map((each) => ({ ...each, mayBeDone })) });
      for (let tries = 0; ; tries += 1) {
        const result = await once<T>(body, signal);
        if (result.ok) return result;
        // A later try that was refused says nothing of one whose answer was lost.
        mayBeDone ||= kind === 'mutation' && isWithoutOutcome(result.problems);
        if (!mayPass(result) || !repeatable || tries + 1 >= settings.tries) return told(result);
        // Those that were refused together do not come again together.
        const ms = result.retryAfterMs === null ? settings.backoff(tries) : result.retryAfterMs * (1 + Math.random() / 4);
        if (ms > LONGEST_WAIT_MS) return told(result);
        await wait(ms, signal ? AbortSignal.any([signal, closed]) : closed);
        if (signal?.aborted || closed.aborted) return canceled();
      }
    },
  };
}

const canceled = <T>(): Failure<T> => failure('canceled', [problem('CANCELED', 'The request was given up.')]);

/** An error inside the server is not tried again by itself: it may be one that stays. */
const mayPass = ({ reason }: Failure): boolean => reason === 'busy' || reason === 'unreachable';

function resultOf<T>(response: Response, text: string): Result<T> {
  const { status } = response;
  const retryAfterMs = millisecondsOf(response.headers.get('retry-after'));
  const answer = answerOf(text);
  const problems = answer?.errors?.map(problemOf) ?? [];
  const data = (answer?.data ?? null) as T | null;
  if (status === 401 || isSignedOut(problems)) return failure('not-signed-in', orElse(problems, status), { status });
  if (status === 429 || [502, 503, 504].includes(status)) return failure('busy', orElse(problems, status), { status, retryAfterMs });
  if (problems.length > 0) {
    const busy = isPassing(problems) && problems.every(({ code }) => code !== 'INTERNAL');
    return failure(busy ? 'busy' : 'errors', problems, { status, data, retryAfterMs });
  }
  if (!answer || data === null) return failure('unreachable', orElse([], status), { status });
  const userErrors = Object.values(data as object).flatMap(userErrorsIn);
  if (userErrors.length > 0) return failure('refused', userErrors.map(problemOf), { status, data });
  return { ok: true, data };
}

const orElse = <P>(problems: readonly P[], status: number) =>
  problems.length > 0
    ? problems
    : [problem(status === 401 ? 'NOT_SIGNED_IN' : 'UNREACHABLE', `What answered with ${status} is not the API.`)];

function answerOf(text: string): { data?: object | null; errors?: unknown[] } | null {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' ? answer : null;
  } catch {
    return null;
  }
}

/** Node hides what happened in the cause of a general message. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return `The API could not be reached: ${cause?.code ?? cause?.message ?? message}`;
}

/** Of a payload. `limits.userErrors` is a number, and no error. */
function userErrorsIn(payload: { userErrors?: unknown } | null): unknown[] {
  const { userErrors } = payload ?? {};
  return Array.isArray(userErrors) ? userErrors : [];
}
