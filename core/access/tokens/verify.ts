import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Clock } from '../../clock';
import { type Claimed, type ClaimedByApp, claimed } from './claims';
import type { Issuer } from './issuer';
import { createSigningKeys, NoKeys, type SigningKeys } from './signing-keys';
import { issuerUnavailable, type TokenProblem, tokenRefused } from './token-problem';

const MOST_BYTES = 8_192;
const HOUR_MS = 3_600_000;
/** RFC 7519, 5.1; RFC 9068, 2.1. Others, as of logout tokens, say that a token is for something else. */
const TYPES = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];
/** Where a token names none, and the issuer has several. */
const MOST_KEYS_TRIED = 8;

interface Verified {
  issuer: Issuer;
  expiresAt: Date;
}
/** A person, or a program that is treated like one. */
export type Proven = Claimed & Verified;
export type ProvenApp = ClaimedByApp & Verified;

export const isOfPerson = (proven: Proven | ProvenApp): proven is Proven => 'role' in proven;

export interface Tokens {
  /** What a token of one of the issuers says. Throws NOT_SIGNED_IN with the reason, and ISSUER_UNAVAILABLE while there are no keys. */
  verify(token: string, options?: VerifyOptions): Promise<Proven | ProvenApp>;
  /** By the id in settings. */
  issuer(id: string): Issuer | undefined;
  readonly issuers: readonly Issuer[];
}

interface VerifyOptions {
  /** Instead of the issuer's. */
  audience?: string;
  /** What the token must repeat. */
  nonce?: string;
}

export interface TokenDeps {
  issuers: readonly Issuer[];
  clock: Clock;
  /** An issuer's keys could not be had. */
  onKeysFailed(issuer: Issuer, error: unknown): void;
}

/** Three parts; of an unsigned one the last is empty. */
export const looksLikeToken = (text: string): boolean => text.split('.', 4).length === 3;

export function createTokens({ issuers, clock, onKeysFailed }: TokenDeps): Tokens {
  const byName = new Map(
    issuers.map((issuer) => [
      issuer.issuer,
      { issuer, keys: createSigningKeys({ issuer, clock, onFailed: (error) => onKeysFailed(issuer, error) }) },
    ]),
  );
  return {
    issuers,
    issuer: (id) => issuers.find((issuer) => issuer.id === id),
    async verify(token, { audience, nonce } = {}) {
      if (token.length > MOST_BYTES) throw tokenRefused('TOO_LONG');
      const known = byName.get(issuerIn(token));
      if (!known) throw tokenRefused('UNKNOWN_ISSUER');
      const { issuer, keys } = known;
      const claims = await verified(token, keys, {
        issuer: issuer.issuer,
        audience: audience ?? [...issuer.audience],
        algorithms: [...issuer.algorithms],
        clockTolerance: issuer.clockSkewSeconds,
        currentDate: clock(),
        requiredClaims: ['exp', 'sub'],
      }).catch((error) => {
        throw error instanceof NoKeys ? unchecked(token, issuer, clock()) : error;
      });
      if (nonce !== undefined && claims.nonce !== nonce) throw tokenRefused('WRONG_CLAIMS');
      const expiresAt = new Date((claims.exp ?? 0) * 1_000);
      // Beyond the last date there is, it is none.
      if (!(expiresAt.getTime() - clock().getTime() <= issuer.longestTokenHours * HOUR_MS)) throw tokenRefused('TOO_LASTING');
      const said = claimed(issuer, claims);
      if (!said) throw tokenRefused('NO_ROLE');
      return { ...said, issuer, expiresAt };
    },
  };
}

/** As it says itself, which proves nothing. */
function issuerIn(token: string): string {
  try {
    const { typ } = decodeProtectedHeader(token);
    if (!TYPES.includes(typ?.toLowerCase())) throw tokenRefused('WRONG_CLAIMS');
    return String(decodeJwt(token).iss);
  } catch (error) {
    throw error instanceof errors.JOSEError || error instanceof TypeError ? tokenRefused('NOT_A_TOKEN') : error;
  }
}

/** Once more with the keys of now, where those that are known do not fit. */
async function verified(token: string, { find, renew }: SigningKeys, options: JWTVerifyOptions): Promise<JWTPayload> {
  const payload = () => payloadOf(token, find, options);
  try {
    return await payload().catch(async (error) => {
      if (error instanceof errors.JWSSignatureVerificationFailed && (await renew())) return payload();
      throw error;
    });
  } catch (error) {
    throw refusalOf(error);
  }
}

async function payloadOf(token: string, find: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, find, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return payloadByOneOf(token, error, options);
    throw error;
  }
}

async function payloadByOneOf(token: string, keys: errors.JWKSMultipleMatchingKeys, options: JWTVerifyOptions): Promise<JWTPayload> {
  let tried = 0;
  for await (const key of keys) {
    tried += 1;
    if (tried > MOST_KEYS_TRIED) break;
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** One that is over by its own word is over in any case, and so is what it has opened. */
function unchecked(token: string, { name, clockSkewSeconds }: Issuer, now: Date): Error {
  const { exp } = decodeJwt(token);
  const isOver = typeof exp !== 'number' || (exp + clockSkewSeconds) * 1_000 <= now.getTime();
  return isOver ? tokenRefused('EXPIRED') : issuerUnavailable(name);
}

function refusalOf(error: unknown): Error {
  const problem = problemOf(error);
  return problem ? tokenRefused(problem) : (error as Error);
}

function problemOf(error: unknown): TokenProblem | null {
  if (error instanceof errors.JWTExpired) return 'EXPIRED';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'WRONG_AUDIENCE';
    return error.claim === 'nbf' || error.claim === 'iat' ? 'NOT_YET' : 'WRONG_CLAIMS';
  }
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return 'NOT_A_TOKEN';
  return error instanceof errors.JOSEError || error instanceof TypeError ? 'NOT_SIGNED' : null;
}
