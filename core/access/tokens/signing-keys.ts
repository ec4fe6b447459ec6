import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../clock';
import { getJson } from './get-json';
import type { Issuer } from './issuer';

/** Keys are fetched anew after so long, and after twice as long nothing is checked with the old ones. */
const FRESH_MS = 10 * 60_000;
const STALE_MS = 2 * 60 * 60_000;
/** Between two fetches, whether they succeed or not: whoever invents key ids causes no more. */
const BETWEEN_MS = 10_000;
const MOST_KEYS = 64;

export class NoKeys extends Error {
  override readonly name = 'NoKeys';
}

export interface SigningKeysDeps {
  issuer: Pick<Issuer, 'issuer'>;
  clock: Clock;
  onFailed(error: unknown): void;
}

export interface SigningKeys {
  /** Throws NoKeys when there are none. */
  find: JWTVerifyGetKey;
  /** Fetches them once more, where that may be: another key may have the id of one that is known, or tokens name none. Whether they came. */
  renew(): Promise<boolean>;
}

interface Known {
  find: JWTVerifyGetKey;
  fetchedAt: number;
}

/**
 * The keys of an issuer, found by discovery (OpenID Connect Discovery 1.0, 4) and fetched when they are first needed. A key id that is not
 * known has them fetched once more, for keys may be changed at any time (OpenID Connect Core 1.0, 10.1.1). While the issuer is away those
 * that are known go on, for two hours.
 */
export function createSigningKeys({ issuer: { issuer }, clock, onFailed }: SigningKeysDeps): SigningKeys {
  let known: Known | null = null;
  let begunAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | null = null;
  const now = (): number => clock().getTime();

  async function load(): Promise<void> {
    const startedAt = now();
    try {
      const described = await getJson(configurationOf(issuer));
      if (described.issuer !== issuer) throw new Error(`${issuer} describes itself as another issuer.`);
      const { keys } = await getJson(String(described.jwks_uri));
      if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw new Error(`${issuer} has no list of at most ${MOST_KEYS} keys.`);
      known = { find: createLocalJWKSet({ keys } as JSONWebKeySet), fetchedAt: startedAt };
    } catch (error) {
      onFailed(error);
    }
  }

  /** Never fails: what there is afterwards tells. */
  function refresh(): Promise<void> {
    if (underWay) return underWay;
    if (now() - begunAt < BETWEEN_MS) return Promise.resolve();
    begunAt = now();
    underWay = load().finally(() => {
      underWay = null;
    });
    return underWay;
  }

  function good(): Known | null {
    return known && now() - known.fetchedAt < STALE_MS ? known : null;
  }

  const find: JWTVerifyGetKey = async (header, token) => {
    if (!good()) await refresh();
    else if (now() - (known?.fetchedAt ?? 0) >= FRESH_MS) void refresh();
    const first = good();
    if (!first) throw new NoKeys(`There are no keys of ${issuer}.`);
    try {
      return await first.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh();
      const second = good();
      if (!second || second === first) throw error;
      return second.find(header, token);
    }
  };
  return {
    find,
    async renew() {
      const before = known;
      await refresh();
      return known !== before;
    },
  };
}

export const configurationOf = (issuer: string): string => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
