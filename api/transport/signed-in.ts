import type { ServerResponse } from 'node:http';
import type { RequestHandler, Response } from 'express';
import type { Viewer } from '../../core/access/viewer';
import type { AccessService } from '../../core/core';
import { bearerKey } from '../access/bearer';

const viewers = new WeakMap<Response, Viewer>();

/** The viewer that `signedIn` let through. */
export function viewerOf(res: Response): Viewer {
  const viewer = viewers.get(res);
  if (!viewer) throw new Error('A request came this far without a viewer.');
  return viewer;
}

/** Whether a key was shown, and let in. */
export const isSignedIn = (res: ServerResponse): boolean => viewers.has(res as Response);

export const NOT_SIGNED_IN = {
  message: 'No valid API key came with the request.',
  hint: 'Send the header `Authorization: Bearer <API key>`.',
} as const;

export type Refuse = (res: Response) => void;

/**
 * Refuses before a byte of the body is looked at. A transfer ends with its key; GraphQL's answers are short, and one of them may be to
 * whoever revoked its own key.
 */
export const signedIn =
  (access: Pick<AccessService, 'authenticate' | 'hold'>, refuse: Refuse, isTransfer: boolean): RequestHandler =>
  async (req, res, next) => {
    const key = bearerKey(req.headers.authorization);
    const viewer = key === null ? null : await access.authenticate(key);
    if (!viewer || key === null) {
      res.setHeader('WWW-Authenticate', 'Bearer');
      refuse(res.status(401));
      return;
    }
    viewers.set(res, viewer);
    if (isTransfer)
      res.once(
        'close',
        access.hold(key, viewer, () => req.destroy()),
      );
    next();
  };

export const refuseGraphql: Refuse = (res) => {
  res.json({ errors: [{ message: NOT_SIGNED_IN.message, extensions: { code: 'NOT_SIGNED_IN', hint: NOT_SIGNED_IN.hint } }] });
};
