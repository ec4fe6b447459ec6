import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** How browsers reach this API, where a proxy changes the name that is asked for. */
export type PublicUrl = string | undefined;

/** Over TLS here, or at a proxy that answers for the public address and may change the name that is asked for. */
export const isSecure = (req: IncomingMessage, publicUrl: PublicUrl): boolean =>
  (req.socket as TLSSocket).encrypted === true || publicUrl?.startsWith('https:') === true;

/** Whether a page of this origin is a page of the API itself. One that came without TLS is none of an API with it: anybody in between made it. */
export function isOwnOrigin(origin: string, req: IncomingMessage, publicUrl: PublicUrl): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  const known = publicUrl === undefined ? null : new URL(publicUrl);
  if (known?.host === host) return origin === known.origin;
  return host === req.headers.host && !(protocol === 'http:' && (req.socket as TLSSocket).encrypted === true);
}

/**
 * Whether it is a page of the API itself that asks, or somebody who has typed the address: only then a cookie counts. Browsers say so
 * themselves (Fetch Metadata); older ones, and plain HTTP, have the origin of whatever changes something.
 */
export function isOwnRequest(req: IncomingMessage, publicUrl: PublicUrl): boolean {
  const { origin, 'sec-fetch-site': site } = req.headers;
  const reads = req.method === 'GET' || req.method === 'HEAD';
  if (origin !== undefined && !isOwnOrigin(origin, req, publicUrl)) return false;
  if (site !== undefined) return site === 'same-origin' || (site === 'none' && reads);
  return origin !== undefined || reads;
}

/** By a name of this machine, or by that of the installation: not by one that somebody else's server of names gives it. */
export function isOwnHost({ headers: { host } }: IncomingMessage, publicUrl: PublicUrl): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  if (publicUrl !== undefined && new URL(publicUrl).host === host) return true;
  const { hostname } = new URL(`http://${host}`);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
