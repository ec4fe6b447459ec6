import type { ServerResponse } from 'node:http';
import type { RequestHandler, Response } from 'express';
import type { AccessService } from '../../core/access/contract';
import type { Viewer } from '../../core/access/viewer';
import { UserError } from '../../core/errors';
import { credentialOf } from '../access/credential-of';
import type { PublicUrl } from '../access/own-address';
import { userErrorsOf } from '../errors/as-payload';
import { API_LIMITS } from '../limits';
import { checked, proven } from './connections';
import { type RateLimit, tellRate } from './rate-limit';

const viewers = new WeakMap<Response, Viewer>();

/** The viewer that `signedIn` let through. */
export function viewerOf(res: Response): Viewer {
  const viewer = viewers.get(res);
  if (!viewer) throw new Error('A request came this far without a viewer.');
  return viewer;
}

/** Whether somebody has shown who they are, and was let in. */
export const isSignedIn = (res: ServerResponse): boolean => viewers.has(res as Response);

interface Refusal {
  code: string;
  message: string;
  hint: string;
  limit?: string | undefined;
  /** Seconds. */
  retryAfter?: number | undefined;
}

const NOT_SIGNED_IN: Refusal = {
  code: 'NOT_SIGNED_IN',
  message: 'No valid API key came with the request.',
  hint: 'Send the header `Authorization: Bearer <API key>`, or a token of an identity provider in its place. A browser signs in at /signin.',
};
const TOO_MANY_CONNECTIONS: Refusal = {
  code: 'BUSY',
  message: 'As many connections of this API key or person are busy as may be.',
  hint: 'Let some of them end first.',
};
const RETRY_AFTER_S = 5;

/** In the form that callers of the address know; `viewer` as far as it is known who asks. */
export type Refuse = (res: Response, refusal: Refusal, viewer?: Viewer) => void;

export interface SignedInDeps {
  access: Pick<AccessService, 'authenticate' | 'hold'>;
  rate: RateLimit;
  refuse: Refuse;
  isTransfer: boolean;
  publicUrl?: PublicUrl;
}

/**
 * Refuses before a byte of the body is looked at. A transfer ends with what it was begun with; GraphQL's answers are short, and one of them
 * may be to whoever revoked its own key.
 */
export const signedIn =
  ({ access, rate, refuse, isTransfer, publicUrl }: SignedInDeps): RequestHandler =>
  async (req, res, next) => {
    const credential = credentialOf(req, publicUrl);
    let viewer: Viewer | null = null;
    if (credential !== null) checked(req.socket);
    try {
      viewer = await access.authenticate(credential);
    } catch (error) {
      const refusal = userErrorsOf(error)?.[0];
      if (!refusal) throw error;
      if (refusal.code === 'NOT_SIGNED_IN') return refuseToken(res, refusal, refuse);
      res.setHeader('Retry-After', RETRY_AFTER_S);
      refuse(res.status(503), refusal);
      return;
    }
    if (!viewer || credential === null) {
      res.setHeader('WWW-Authenticate', 'Bearer');
      refuse(res.status(401), NOT_SIGNED_IN);
      return;
    }
    if (!proven(req.socket, `actor ${viewer.actorId}`, API_LIMITS.connectionsOfKey)) {
      res.setHeader('Retry-After', RETRY_AFTER_S);
      refuse(res.status(503), TOO_MANY_CONNECTIONS);
      return;
    }
    const excess = excessOf(rate, viewer);
    tellRate(res, rate, viewer);
    if (excess) {
      res.setHeader('Retry-After', excess.retryAfter ?? RETRY_AFTER_S);
      refuse(res.status(429), excess, viewer);
      return;
    }
    viewers.set(res, viewer);
    if (isTransfer)
      res.once(
        'close',
        access.hold(credential, viewer, () => req.destroy()),
      );
    next();
  };

function excessOf(rate: RateLimit, viewer: Viewer): UserError | null {
  try {
    rate.count(viewer);
    return null;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** RFC 6750, 3. */
function refuseToken(res: Response, refusal: Refusal, refuse: Refuse): void {
  res.setHeader(
    'WWW-Authenticate',
    `Bearer error="invalid_token", error_description="${refusal.message.replace(/[^\x20-\x7e]|["\\]/g, '')}"`,
  );
  refuse(res.status(401), refusal);
}

export const refuseGraphql: Refuse = (res, { code, message, hint, limit, retryAfter }) => {
  res.json({ errors: [{ message, extensions: { code, hint, limit, retryAfter } }] });
};
