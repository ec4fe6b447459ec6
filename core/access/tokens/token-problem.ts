import { UserError } from '../../errors';

/**
 * Why a token was not taken. What a token says of itself is told only of those that an issuer has signed; of others, no more than that they
 * are not.
 */
export const TOKEN_PROBLEMS = {
  TOO_LONG: ['The token is longer than 8192 bytes.', 'Have the identity provider put fewer claims into it.'],
  NOT_A_TOKEN: ['The token is no signed JWT.', 'Send the access token as the identity provider gave it out.'],
  UNKNOWN_ISSUER: ['The token is of an issuer that is not set up here.', 'Name the issuer in UPDRAFT_ISSUERS_FILE, exactly as in `iss`.'],
  NOT_SIGNED: [
    'The token is not signed with a key of its issuer by an algorithm that is taken.',
    'Get a new token; with `none` and HS256 and its like none is taken.',
  ],
  EXPIRED: ['The token has expired.', 'Get a new one.'],
  NOT_YET: ['The token is not valid yet.', 'Set the clocks right: of the issuer, and of this installation.'],
  WRONG_AUDIENCE: ['The token is for another audience.', 'Ask the issuer for a token whose `aud` is the audience that is set up here.'],
  WRONG_CLAIMS: ['The token lacks `exp` or `sub`, or is no access or ID token.', 'Send an access token or an ID token.'],
  TOO_LASTING: [
    'The token is valid for longer than tokens of its issuer may be.',
    'Have it issued for a shorter time, or raise `longestTokenHours`.',
  ],
  NO_ROLE: ['The token is good, and its claims give no role here.', 'Have the person or program put into a group that has a role here.'],
} as const;

export type TokenProblem = keyof typeof TOKEN_PROBLEMS;

/** Nobody can say yet whether a token is good: whoever has one need not get another. */
export const issuerUnavailable = (name: string): UserError =>
  new UserError('ISSUER_UNAVAILABLE', {
    message: `${name} does not answer.`,
    hint: 'Try again in some seconds. API keys go on working.',
  });

/** To be told as NOT_SIGNED_IN. */
export function tokenRefused(problem: TokenProblem): UserError {
  const [message, hint] = TOKEN_PROBLEMS[problem];
  return new UserError('NOT_SIGNED_IN', { message, hint });
}
