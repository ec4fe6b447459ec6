import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import { ROUTES } from '../../core/access/permissions/routes';
import type { ConsoleFiles } from './files';

/** Its own files and this server only; no script but from a file. The components set colours and sizes by styles in the page. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const YEAR_S = 365 * 24 * 3_600;
/** Names as the build gives them: another content has another name. */
const HASHED = /^[\w.-]+-[\w-]{8}\.\w+$/;
const UNHASHED = /^unhashed\/[\w.-]+$/;
const ENCODINGS = { br: '.br', gzip: '.gz' } as const;

/** First parts of the addresses of the API, and of downloads, which are answered before Express. */
const API_SECTIONS: ReadonlySet<string> = new Set([
  ...Object.keys(ROUTES).flatMap((route) => /^\w+ \/([\w.]+)/.exec(route)?.[1] ?? []),
  'd',
  'f',
]);

export interface ConsoleRoutes {
  page: RequestHandler;
  /** Pages below `/`. What is none of the console is left to whatever comes next, but to people it says so as a page. */
  anyPage: RequestHandler;
  asset: RequestHandler;
}

/** The console is files: it holds no data, and is the same for everybody. */
export function consoleRoutes({ folder, sections }: ConsoleFiles): ConsoleRoutes {
  const page: RequestHandler = (req, res, next) => {
    res.set({
      'Content-Security-Policy': CSP,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
    });
    sendFile(req, res, next, folder, 'index.html');
  };
  return {
    page,
    anyPage(req, res, next) {
      const [, section = ''] = req.path.split('/');
      if (sections.has(section)) return page(req, res, next);
      // Of an address below one of the API, whoever asks gets the answer of the API.
      if (API_SECTIONS.has(section)) return next();
      res.vary('Accept');
      // Programs take anything, and mean JSON.
      if (req.accepts(['json', 'html']) !== 'html') return next();
      page(req, res.status(404), next);
    },
    asset(req, res, next) {
      const name = req.path.slice(1);
      const isHashed = HASHED.test(name);
      if (req.method !== 'GET' && req.method !== 'HEAD') return next();
      if (!isHashed && !UNHASHED.test(name)) return next();
      res.set({
        'Cache-Control': isHashed ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
        'X-Content-Type-Options': 'nosniff',
      });
      sendFile(req, res, next, join(folder, 'assets'), name);
    },
  };
}

/** The compressed copy beside it, where the browser takes it and the build has made one. */
function sendFile(req: Request, res: Response, next: (error?: unknown) => void, root: string, name: string): void {
  const taken = req.acceptsEncodings('br', 'gzip', 'identity');
  const ending = taken === 'br' || taken === 'gzip' ? ENCODINGS[taken] : '';
  const compressed = ending !== '' && existsSync(join(root, name + ending));
  res.vary('Accept-Encoding').type(name.slice(name.lastIndexOf('.')));
  if (compressed) res.set('Content-Encoding', taken as string);
  res.sendFile(name + (compressed ? ending : ''), { root, cacheControl: false, acceptRanges: false, lastModified: false }, (error) => {
    // Gone since the page was loaded, by an upgrade of the platform; or the browser has gone.
    if (!error || res.headersSent || (error as NodeJS.ErrnoException).code === 'ECONNABORTED') return;
    for (const header of ['Content-Encoding', 'Cache-Control', 'Content-Type']) res.removeHeader(header);
    next((error as { status?: number }).status === 404 ? undefined : error);
  });
}
