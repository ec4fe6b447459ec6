import type { DetailedError } from 'tus-js-client';
import { millisecondsOf } from '../http/retry-after.js';
import { type Failure, failure, problem, problemOf } from '../problems.js';

/** 0 without an answer. */
export const statusOf = (error: Error | DetailedError): number =>
  'originalResponse' in error ? (error.originalResponse?.getStatus() ?? 0) : 0;

/** How long to wait before it is tried again, where the API says so: a quota of uploads does not pass by waiting, too many requests do. */
export const retryAfter = (error: Error | DetailedError): number | null =>
  'originalResponse' in error ? millisecondsOf(error.originalResponse?.getHeader('Retry-After') ?? null) : null;

/** The API refuses uploads with `{"errors": […]}`, whatever step of the protocol it was. */
export function failureOf(error: Error | DetailedError): Failure<never> {
  const status = statusOf(error);
  const problems = problemsOf('originalResponse' in error ? (error.originalResponse?.getBody() ?? '') : '');
  const request = 'originalRequest' in error ? error.originalRequest : null;
  if (status === 0) {
    // Its own message has the address of the upload in it.
    const text = request ? 'The line was cut, and did not come back.' : error.message;
    return failure(request ? 'unreachable' : 'errors', [problem(request ? 'UNREACHABLE' : 'UPLOAD_FAILED', text)]);
  }
  const given = problems.length > 0 ? problems : [problem('UPLOAD_FAILED', `The upload was answered with ${status}.`)];
  if (status === 401) return failure('not-signed-in', given, { status });
  return failure(status >= 500 && status !== 507 ? 'busy' : 'refused', given, { status });
}

function problemsOf(body: string) {
  try {
    const { errors } = JSON.parse(body) as { errors?: unknown[] };
    return errors?.map(problemOf) ?? [];
  } catch {
    return [];
  }
}
