import type { IncomingMessage } from 'node:http';
import type { Credential } from '../../core/access/credential';
import { bearerKey, connectionKey, isBare } from './bearer';
import { cookieOf } from './cookies';
import { isOwnOrigin, isOwnRequest, type PublicUrl } from './own-address';

/** What came with a request: the header, or where there is none, the cookie of a browser session that a page of the API itself sends. */
export function credentialOf(req: IncomingMessage, publicUrl: PublicUrl): Credential | null {
  if (!isBare(req.headers.authorization)) return bearerKey(req.headers.authorization);
  const session = cookieOf('session', req, publicUrl);
  return session !== null && isOwnRequest(req, publicUrl) ? { session } : null;
}

/** The same of a WebSocket: programs and pages of other origins have a key or a token, and never a cookie. */
export function connectionCredential(
  params: Readonly<Record<string, unknown>> | undefined,
  req: IncomingMessage,
  publicUrl: PublicUrl,
): Credential | null {
  const { authorization, Authorization, apiKey } = params ?? {};
  const isNothing = isBare(authorization ?? Authorization) && (apiKey === undefined || apiKey === null || apiKey === '');
  if (!isNothing) return connectionKey(params);
  const { origin } = req.headers;
  const session = cookieOf('session', req, publicUrl);
  return session !== null && origin !== undefined && isOwnOrigin(origin, req, publicUrl) ? { session } : null;
}
