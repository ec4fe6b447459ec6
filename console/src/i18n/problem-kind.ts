export type ProblemKind = 'unreachable' | 'notNow' | 'failed' | 'refused';

const PASSING = new Set(['BUSY', 'RATE_LIMITED', 'STORE_UNAVAILABLE', 'ISSUER_UNAVAILABLE']);
/** The platform has taken it, and then something went wrong: nobody has refused it. */
const BROKEN = new Set(['INTERNAL', 'ANSWER_TOO_LARGE']);

/** What has happened, by the problem that says most: of a platform that is away nobody can say that it has refused anything. */
export function kindOf(problems: readonly { readonly code: string }[]): ProblemKind {
  const has = (fits: (code: string) => boolean): boolean => problems.some(({ code }) => fits(code));
  if (has((code) => code === 'UNREACHABLE')) return 'unreachable';
  if (has((code) => PASSING.has(code))) return 'notNow';
  return has((code) => BROKEN.has(code)) ? 'failed' : 'refused';
}
