import type { IncomingMessage } from 'node:http';
import { isSecure, type PublicUrl } from './own-address';

/** `session` says who somebody is; `sign-in` is what the way back from an identity provider must match. */
export type CookieKind = 'session' | 'sign-in';

/**
 * Browsers send cookies to all ports of a host, so each installation has a name of its own. Over TLS the name makes sure that no other host
 * has set it (`__Host-`).
 */
function nameOf(kind: CookieKind, req: IncomingMessage, publicUrl: PublicUrl): string {
  const port = /:(\d+)$/.exec(req.headers.host ?? '')?.[1];
  return `${isSecure(req, publicUrl) ? '__Host-' : ''}updraft-${kind}${port === undefined ? '' : `-${port}`}`;
}

export function cookieOf(kind: CookieKind, req: IncomingMessage, publicUrl: PublicUrl): string | null {
  const begin = `${nameOf(kind, req, publicUrl)}=`;
  for (const part of (req.headers.cookie ?? '').split(';')) {
    const pair = part.trim();
    if (pair.startsWith(begin)) return pair.slice(begin.length) || null;
  }
  return null;
}

/** A value of `Set-Cookie`; without a value it ends the cookie. Strict, but where the browser comes back from another site. */
export function setCookie(kind: CookieKind, req: IncomingMessage, publicUrl: PublicUrl, value: string, maxAgeS: number): string {
  const sameSite = kind === 'session' ? 'Strict' : 'Lax';
  const parts = [`${nameOf(kind, req, publicUrl)}=${value}`, 'Path=/', 'HttpOnly', `SameSite=${sameSite}`, `Max-Age=${maxAgeS}`];
  return [...parts, ...(isSecure(req, publicUrl) ? ['Secure'] : [])].join('; ');
}
