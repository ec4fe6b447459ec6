import type { IncomingMessage, ServerResponse } from 'node:http';
import cors from 'cors';

/** Browsers' word for where a page is from: `https://console.example.com`. */
export type Origins = readonly string[];

/** GET and POST of the API, and what tus adds. */
const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'];

/** What pages of other origins may read of an answer, beside what all pages may. */
export const EXPOSED_HEADERS = [
  ...['Location', 'Tus-Extension', 'Tus-Max-Size', 'Tus-Resumable', 'Tus-Version'],
  ...['Upload-Expires', 'Upload-Length', 'Upload-Metadata', 'Upload-Offset'],
  ...['Content-Disposition', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
];

/** Seconds a browser need not ask again. */
const MAX_AGE = 600;

/**
 * R-UI-7. Pages of the origins listed may read what is answered. Browsers ask first (a preflight, which never has a key), and are answered
 * before the gate: true then. Cookies count for the API's own pages alone
 * (`access/own-address.ts`), so a page without a key can do nothing with being let in.
 */
export function crossOrigin(origins: Origins): (req: IncomingMessage, res: ServerResponse) => boolean {
  const share = cors({ origin: [...origins], methods: METHODS, exposedHeaders: EXPOSED_HEADERS, maxAge: MAX_AGE, preflightContinue: true });
  return (req, res) => {
    const { origin } = req.headers;
    if (origins.length > 0) res.setHeader('Vary', 'Origin');
    if (origin === undefined) return false;
    const isAllowed = origins.includes(origin);
    if (isAllowed) share(req, res, () => undefined);
    if (!isPreflight(req)) return false;
    if (isAllowed) res.writeHead(204).end();
    else res.writeHead(403, JSON_TYPE).end(refusalOf(origin));
    return true;
  };
}

const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

/** Who may open a WebSocket: browsers do not ask first, but say where the page is from. Programs say nothing, and prove themselves by a key. */
export const isOriginAllowed = ({ headers: { origin, host } }: IncomingMessage, origins: Origins): boolean =>
  origin === undefined || origins.includes(origin) || (URL.canParse(origin) && new URL(origin).host === host);

export const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };

/** The body for a page that is not let in. */
export const refusalOf = (origin = ''): string =>
  JSON.stringify({
    errors: [
      {
        code: 'NOT_ALLOWED',
        field: 'Origin',
        message: `Pages of ${origin.slice(0, 256)} may not use this API.`,
        hint: 'Name the origin in UPDRAFT_CORS_ORIGINS, exactly as it is here, or serve the page from the address of the API.',
      },
    ],
  });
