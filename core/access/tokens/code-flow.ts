import type * as Client from 'openid-client';
import type { Clock } from '../../clock';
import { UserError } from '../../errors';
import type { Sealing } from '../../sealing';
import { isSafe, wholeAnswer } from './get-json';
import type { Issuer } from './issuer';
import { issuerUnavailable, tokenRefused } from './token-problem';
import type { Proven, ProvenApp, Tokens } from './verify';

/** From the first redirect to the way back. */
export const SIGN_IN_MINUTES = 10;
const FRESH_MS = 10 * 60_000;
const BETWEEN_MS = 10_000;
const CONTEXT = 'sign-in';

export interface BegunSignIn {
  /** Of the identity provider, where the browser goes. */
  url: string;
  /** For a cookie: what the way back must match. Sealed. */
  transaction: string;
}

export interface CodeFlow {
  /** Null for an issuer that is not set up for browsers. Throws ISSUER_UNAVAILABLE. */
  begin(issuerId: string, redirectUri: string, returnTo: string): Promise<BegunSignIn | null>;
  /** `query` is that of the address the browser came back to. Throws NOT_SIGNED_IN. */
  finish(query: URLSearchParams, transaction: string): Promise<{ proven: Proven | ProvenApp; returnTo: string }>;
}

interface Transaction {
  issuerId: string;
  redirectUri: string;
  state: string;
  nonce: string;
  codeVerifier: string;
  /** Path of the page that the sign-in was begun from. */
  returnTo: string;
  until: number;
}

interface Kept {
  configuration: Promise<Client.Configuration>;
  at: number;
  failed: boolean;
}

export interface CodeFlowDeps {
  tokens: Tokens;
  sealing: Sealing;
  clock: Clock;
  onFailed(issuer: Issuer, error: unknown): void;
}

/**
 * Authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9207). Nothing is kept here between the two
 * halves: any process may see to the second.
 */
export function createCodeFlow({ tokens, sealing, clock, onFailed }: CodeFlowDeps): CodeFlow {
  const kept = new Map<string, Kept>();
  const now = (): number => clock().getTime();

  /** One question at a time to each issuer, and a failure is not repeated at once. */
  function configurationOf(issuer: Issuer, client: NonNullable<Issuer['client']>): Promise<Client.Configuration> {
    const known = kept.get(issuer.id);
    if (known && now() - known.at < (known.failed ? BETWEEN_MS : FRESH_MS)) return known.configuration;
    const one: Kept = { configuration: discover(issuer, client), at: now(), failed: false };
    kept.set(issuer.id, one);
    one.configuration.catch((error) => {
      one.failed = true;
      onFailed(issuer, error);
    });
    return one.configuration;
  }

  function opened(transaction: string): Transaction {
    try {
      const given = JSON.parse(sealing.open(transaction, CONTEXT)) as Transaction;
      if (given.until > now()) return given;
    } catch {
      // Of another installation, or of nobody.
    }
    throw beginAgain();
  }

  return {
    async begin(issuerId, redirectUri, returnTo) {
      const issuer = tokens.issuer(issuerId);
      if (!issuer?.client) return null;
      const oidc = await import('openid-client');
      const configuration = await configurationOf(issuer, issuer.client).catch(() => {
        throw issuerUnavailable(issuer.name);
      });
      const [state, nonce, codeVerifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: issuer.client.scopes.join(' '),
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...{ state, nonce },
      });
      if (!isSafe(url.href)) throw issuerUnavailable(issuer.name);
      const until = now() + SIGN_IN_MINUTES * 60_000;
      const transaction: Transaction = { issuerId, redirectUri, state, nonce, codeVerifier, returnTo, until };
      return { url: url.href, transaction: sealing.seal(JSON.stringify(transaction), CONTEXT) };
    },
    async finish(query, transaction) {
      const { issuerId, redirectUri, state, nonce, codeVerifier, returnTo } = opened(transaction);
      const issuer = tokens.issuer(issuerId);
      if (!issuer?.client) throw beginAgain();
      // Before anything is asked of the issuer.
      if (query.get('state') !== state) throw beginAgain();
      const oidc = await import('openid-client');
      const configuration = await configurationOf(issuer, issuer.client).catch(() => {
        throw issuerUnavailable(issuer.name);
      });
      const url = new URL(redirectUri);
      url.search = query.toString();
      const answer = await oidc
        .authorizationCodeGrant(configuration, url, {
          ...{ pkceCodeVerifier: codeVerifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
        })
        .catch((error: unknown) => {
          onFailed(issuer, error);
          throw refusedBy(issuer, query.get('error'));
        });
      if (!answer.id_token) throw tokenRefused('NOT_A_TOKEN');
      // By the rules for all tokens: the algorithm, the keys and what its claims give.
      const proven = await tokens.verify(answer.id_token, { audience: issuer.client.id, nonce });
      return { proven, returnTo };
    },
  };
}

async function discover({ issuer, clockSkewSeconds }: Issuer, { id, secret, authentication }: NonNullable<Issuer['client']>) {
  const oidc = await import('openid-client');
  const shown =
    secret === undefined ? oidc.None() : authentication === 'post' ? oidc.ClientSecretPost(secret) : oidc.ClientSecretBasic(secret);
  const onThisMachine = new URL(issuer).protocol === 'http:' && isSafe(issuer);
  return oidc.discovery(new URL(issuer), id, { [oidc.clockTolerance]: clockSkewSeconds }, shown, {
    [oidc.customFetch]: (url, init) => wholeAnswer(url, init as RequestInit),
    ...(onThisMachine && { execute: [oidc.allowInsecureRequests] }),
  });
}

const beginAgain = (): UserError =>
  new UserError('NOT_SIGNED_IN', {
    message: 'This sign-in was not begun in this browser, or another was begun since, or it took longer than 10 minutes.',
    hint: 'Begin again.',
  });

/** `error` is a word of RFC 6749, 4.1.2.1, if it is one: what else the provider says is in the log. */
const refusedBy = ({ name }: Issuer, error: string | null): UserError =>
  new UserError('NOT_SIGNED_IN', {
    message: `${name} did not sign you in${error !== null && /^[a-z_]{1,64}$/.test(error) ? ` (${error})` : ''}.`,
    hint: 'Begin again. If it happens again, the log of Updraft says more.',
  });
