import { type Request, type RequestHandler, type Response, urlencoded } from 'express';
import type { AccessService } from '../../core/access/contract';
import type { OpenedSession } from '../../core/access/sessions/browser-sessions';
import { bearerKey } from '../access/bearer';
import { cookieOf, setCookie } from '../access/cookies';
import { isOwnHost, isOwnRequest, isSecure, type PublicUrl } from '../access/own-address';
import { userErrorsOf } from '../errors/as-payload';
import { sendJson } from '../files/send-json';
import { createLinkTries } from './link-tries';
import { goOn, privately, type Shown, sendPage, signedInBody, signInBody } from './pages';
import { returnToOf } from './return-to';

type Access = Pick<
  AccessService,
  'authenticate' | 'openSession' | 'endSession' | 'openSignInLink' | 'signInIssuers' | 'beginSignIn' | 'finishSignIn'
>;

export type SignIn = Record<'page' | 'withKey' | 'withLink' | 'toIssuer' | 'callback' | 'out', RequestHandler>;

const FORM_BYTES = '16kb';
const TRANSACTION_S = 600;
const RETRY_AFTER_S = 5;

const WRONG_KEY: Shown = { message: 'No API key or token that is good.', hint: 'Give an API key as it was shown when it was made.' };
const FOREIGN: Shown = { message: 'The request is from a page elsewhere.', hint: 'Sign in at the page /signin of Updraft.' };
const USED_LINK: Shown = {
  message: 'The link was used, or is older than 10 minutes.',
  hint: 'Sign in in another way, or start Updraft again for another link.',
};
const OTHER_HOST: Shown = { message: 'The link is not for this address.', hint: 'Open it as it was printed.' };
const TOO_OFTEN: Shown = { message: 'Too many links that are none.', hint: 'Wait a minute.' };
const UNKNOWN_ISSUER: Shown = { message: 'There is no such identity provider.', hint: 'Choose one of these.' };

/** Where a request, a link or a form, says that it wants to be led after the sign-in. */
const wantedIn = ({ query, body }: Request): string =>
  returnToOf((body as Record<string, unknown> | undefined)?.returnTo ?? query.returnTo);

function tellProgram(res: Response, status: number, { message, hint, ...more }: Shown & { code?: string } = WRONG_KEY): void {
  sendJson(privately(res), status, { errors: [{ code: more.code ?? 'NOT_SIGNED_IN', message, hint }] });
}

/** R-UI-4: how a browser comes by a session, and ends it. */
export function createSignIn(access: Access, publicUrl: PublicUrl): SignIn {
  const readForm = urlencoded({ extended: false, limit: FORM_BYTES, parameterLimit: 10 });
  const tries = createLinkTries();
  /** The page from which to try again, and to be led on as before. */
  const refuse = (res: Response, status: number, shown?: Shown): void =>
    sendPage(res, status, signInBody(access.signInIssuers(), wantedIn(res.req), shown));

  function open(req: Request, res: Response, { token, expiresAt }: OpenedSession): Response {
    const seconds = Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1_000));
    return privately(res).append('Set-Cookie', setCookie('session', req, publicUrl, token, seconds));
  }

  /** Answers with what a user can do about it; everything else is a fault. */
  async function orRefuse(res: Response, work: () => Promise<void>, told = refuse): Promise<void> {
    try {
      await work();
    } catch (error) {
      const [refused] = userErrorsOf(error) ?? [];
      if (!refused) throw error;
      const status = { NOT_SIGNED_IN: 401, NOT_ALLOWED: 403, RATE_LIMITED: 429 }[refused.code as string] ?? 503;
      if (status >= 429) res.set('Retry-After', `${refused.retryAfter ?? RETRY_AFTER_S}`);
      told(res, status, refused);
    }
  }

  /** Where the identity provider sends the browser back to. */
  function callbackOf(req: Request): string {
    const base = publicUrl ?? `${isSecure(req, publicUrl) ? 'https' : 'http'}://${req.headers.host ?? ''}`;
    return `${base.replace(/\/+$/, '')}/signin/callback`;
  }

  return {
    async page(req, res) {
      const session = isOwnRequest(req, publicUrl) ? cookieOf('session', req, publicUrl) : null;
      // What the console asks, which shows a page of its own.
      if (req.accepts(['html', 'json']) === 'json') return sendJson(privately(res), 200, { issuers: access.signInIssuers() });
      // One that is good no more, or a store that is away: the page is there all the same.
      const viewer = session === null ? null : await access.authenticate({ session }).catch(() => null);
      if (viewer) sendPage(res, 200, signedInBody(viewer.name, wantedIn(req)));
      else refuse(res, 200);
    },

    /** A program's header, or the form of the page. */
    withKey(req, res, next) {
      readForm(req, res, (error?: unknown) => {
        if (error !== undefined) return next(error);
        const isBrowser = req.headers.origin !== undefined || req.headers['sec-fetch-site'] !== undefined;
        if (isBrowser && !isOwnRequest(req, publicUrl)) return refuse(res, 403, FOREIGN);
        const form: unknown = (req.body as Record<string, unknown> | undefined)?.key;
        const isForm = typeof form === 'string';
        const bearer = bearerKey(isForm ? `Bearer ${form.trim()}` : req.headers.authorization);
        const told = isForm ? refuse : tellProgram;
        const signIn = async (): Promise<void> => {
          const session = bearer === null ? null : await access.openSession(bearer);
          if (!session) return told(res, 401, WRONG_KEY);
          if (isForm) return open(req, res, session).redirect(303, wantedIn(req));
          sendJson(open(req, res, session), 200, { expiresAt: session.expiresAt });
        };
        orRefuse(res, signIn, told).catch(next);
      });
    },

    async withLink(req, res) {
      // What only looks ahead must not use the link up.
      if (req.method !== 'GET' || /prefetch|prerender/i.test(`${req.headers['sec-purpose']} ${req.headers.purpose}`)) {
        privately(res).status(204).end();
        return;
      }
      if (!isOwnHost(req, publicUrl)) return refuse(res, 403, OTHER_HOST);
      if (!tries.mayTry(req.socket.remoteAddress)) return refuse(res, 429, TOO_OFTEN);
      const { token } = req.query;
      await orRefuse(res, async () => {
        const session = typeof token === 'string' ? await access.openSignInLink(token) : null;
        if (session) return open(req, res, session).redirect(303, wantedIn(req));
        tries.failed(req.socket.remoteAddress);
        refuse(res, 401, USED_LINK);
      });
    },

    async toIssuer(req, res) {
      await orRefuse(res, async () => {
        const begun = await access.beginSignIn(String(req.params.id), callbackOf(req), wantedIn(req));
        if (!begun) return refuse(res, 404, UNKNOWN_ISSUER);
        privately(res)
          .append('Set-Cookie', setCookie('sign-in', req, publicUrl, begun.transaction, TRANSACTION_S))
          .redirect(303, begun.url);
      });
    },

    async callback(req, res) {
      if (req.method !== 'GET') {
        privately(res).status(204).end();
        return;
      }
      const transaction = cookieOf('sign-in', req, publicUrl);
      res.append('Set-Cookie', setCookie('sign-in', req, publicUrl, '', 0));
      await orRefuse(res, async () => {
        const { searchParams } = new URL(req.url, 'http://host');
        const session = await access.finishSignIn(searchParams, transaction ?? '');
        // No redirect: browsers keep strict cookies from what another site has led to, and a page of ours leads on.
        const next = returnToOf(session.returnTo);
        sendPage(open(req, res, session), 200, `<p>You are signed in. ${goOn(next)}</p>`, next);
      });
    },

    async out(req, res) {
      const token = cookieOf('session', req, publicUrl);
      if (token === null || !isOwnRequest(req, publicUrl))
        return refuse(res, token === null ? 401 : 403, token === null ? undefined : FOREIGN);
      await orRefuse(res, async () => {
        await access.endSession(token);
        privately(res)
          .append('Set-Cookie', setCookie('session', req, publicUrl, '', 0))
          .redirect(303, '/signin');
      });
    },
  };
}
