import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { ownerViolation } from '../../../schema/model/names';
import { wholeNumberViolations } from '../../../schema/model/whole-number';
import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { UserError } from '../../errors';
import { installationSecret } from '../../installation-secret';
import { refuseIfAny } from '../../refuse';
import { requireIssuer } from '../permissions/require-operation';
import { tokenRefused } from '../tokens/token-problem';
import type { Viewer } from '../viewer';
import { userOf } from './user-of';

/** Says what a token is for, so that none of another kind is taken for it (RFC 8725, 3.11). */
const TYPE = 'updraft-app+jwt';
const ALGORITHM = 'HS256';
const MOST_BYTES = 1_024;
export const APP_TOKEN_MINUTES = 1_440;

export interface NewAppToken {
  owner: string;
  /** 1 to 1,440. */
  minutes: number;
}

export interface AppToken {
  token: string;
  expiresAt: Date;
}

export interface AppTokens {
  /** Throws NOT_ALLOWED, REQUIRED, INVALID_FORMAT, OUT_OF_RANGE. */
  create(viewer: Viewer, input: NewAppToken): Promise<AppToken>;
  /** Throws NOT_SIGNED_IN. */
  verify(token: string): Promise<{ viewer: Viewer; expiresAt: Date }>;
}

export interface AppTokenDeps {
  collections: Pick<Collections, 'settings'>;
  clock: Clock;
  viewerOfKey(id: string): Promise<Viewer | null>;
}

/** By what a token says itself, which proves nothing. */
export function isAppToken(token: string): boolean {
  try {
    return token.length <= MOST_BYTES && decodeProtectedHeader(token).typ === TYPE;
  } catch {
    return false;
  }
}

/** R-DEV-7: tokens for the apps of owners. Nothing is stored: a token is good until it expires, and as long as the key that made it. */
export function createAppTokens({ collections, clock, viewerOfKey }: AppTokenDeps): AppTokens {
  let known: Promise<Uint8Array> | null = null;
  function secret(): Promise<Uint8Array> {
    known ??= installationSecret(collections, 'app-token-secret').catch((error) => {
      known = null;
      throw error;
    });
    return known;
  }

  return {
    async create(viewer, { owner, minutes }) {
      requireIssuer(viewer);
      refuseIfAny([ownerViolation(owner, 'owner'), ...wholeNumberViolations('minutes', 'life', 'minutes', minutes, 1, APP_TOKEN_MINUTES)]);
      const at = Math.floor(clock().getTime() / 1_000);
      const exp = at + minutes * 60;
      const token = await new SignJWT({ owner, key: viewer.actorId })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
        .setIssuedAt(at)
        .setExpirationTime(exp)
        .sign(await secret());
      return { token, expiresAt: new Date(exp * 1_000) };
    },
    async verify(token) {
      const { owner, key, exp } = await claimsOf(token, await secret(), clock());
      const maker = await viewerOfKey(key);
      if (maker?.role !== 'ISSUER') throw keyRevoked();
      return { viewer: userOf(owner, 'User of an app', maker), expiresAt: new Date(exp * 1_000) };
    },
  };
}

async function claimsOf(token: string, secret: Uint8Array, now: Date): Promise<{ owner: string; key: string; exp: number }> {
  try {
    const options = { algorithms: [ALGORITHM], typ: TYPE, currentDate: now, requiredClaims: ['exp', 'owner', 'key'] };
    const { owner, key, exp } = (await jwtVerify(token, secret, options)).payload;
    return { owner: String(owner), key: String(key), exp: Number(exp) };
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw tokenRefused('EXPIRED');
    if (error instanceof errors.JOSEError || error instanceof TypeError) throw tokenRefused('NOT_SIGNED');
    throw error;
  }
}

const keyRevoked = (): UserError =>
  new UserError('NOT_SIGNED_IN', {
    message: 'The API key that has made the token was revoked.',
    hint: 'Get a token made with another key.',
  });
