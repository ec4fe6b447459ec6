import type { Response } from 'express';
import { withReturnTo } from './return-to';

/** The pages have no scripts, load nothing, and send forms to this API alone. */
const CSP = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem}a,button,input{display:block;width:100%;box-sizing:border-box;margin:.5rem 0;padding:.6rem;font:inherit;text-align:center}';

export interface Shown {
  message: string;
  hint: string;
}

export function sendPage(res: Response, status: number, body: string, next?: string): void {
  const led = next === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${escaped(next)}">`;
  privately(res)
    .status(status)
    .type('html')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">${led}<title>Updraft</title><style>${STYLE}</style>${body}</html>\n`,
    );
}

export const signInBody = (issuers: readonly { id: string; name: string }[], returnTo: string, shown?: Shown): string =>
  [
    '<h1>Updraft</h1>',
    shown ? `<p role="alert">${escaped(shown.message)} ${escaped(shown.hint)}</p>` : '',
    ...issuers.map(
      ({ id, name }) =>
        `<a href="${escaped(withReturnTo(`/signin/${encodeURIComponent(id)}`, returnTo))}">Sign in with ${escaped(name)}</a>`,
    ),
    '<form method="post" action="/signin"><label>API key <input name="key" type="password" autocomplete="off" required></label>',
    `<input type="hidden" name="returnTo" value="${escaped(returnTo)}"><button>Sign in with an API key</button></form>`,
  ].join('');

export const signedInBody = (name: string, returnTo: string): string =>
  `<h1>Updraft</h1><p>You are signed in as ${escaped(name)}. ${goOn(returnTo)}</p><form method="post" action="/signout"><button>Sign out</button></form>`;

export const goOn = (returnTo: string): string => `<a href="${escaped(returnTo)}">Go on</a>`;

/** For nobody in between, and for no page elsewhere that is come to from here. Without any referrer forms would have the origin `null`. */
export const privately = (res: Response): Response =>
  res.set({
    'Cache-Control': 'no-store',
    'Content-Security-Policy': CSP,
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  });

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
