import type { Problem } from '@updraft/client';

/** Of addresses beside `/graphql`, which say what is wrong as `{"errors": […]}`, or of whatever stands before them and doesn't. */
export function problemsOf(
  body: { errors?: readonly Partial<Problem>[] } | null | undefined,
  { mayBeDone = false } = {},
): readonly Problem[] {
  const told = body?.errors ?? [];
  return told.length > 0
    ? told.map((each) => ({ ...UNREACHABLE, mayBeDone: mayBeDone && each.code === 'STORE_UNAVAILABLE', ...each }))
    : [{ ...UNREACHABLE, mayBeDone }];
}

const UNREACHABLE: Problem = {
  code: 'UNREACHABLE',
  message: 'The platform could not be reached.',
  hint: null,
  field: null,
  limit: null,
  conflictingId: null,
  retryAfterMs: null,
  mayBeDone: false,
};
