import type { ServerResponse } from 'node:http';
import { Counter, type Registry } from 'prom-client';
import type { Viewer } from '../../core/access/viewer';
import { type Account, createAccounts } from '../../core/accounts';
import { UserError } from '../../core/errors';
import { createTokenBuckets, type TokenBuckets } from '../../core/token-bucket';
import type { RequestRates } from '../limits';

type Who = Pick<Viewer, 'actorId' | 'kind'>;

export interface RateLimit {
  /** Counts a request or an operation, before any work is done for it. Throws RATE_LIMITED. */
  count(viewer: Who): void;
  /** What is left after the last request of this caller, for the headers of an answer; null where nothing is limited. */
  left(viewer: Who): { policy: string; limit: string } | null;
}

/** A bucket that gives way to so many others has filled up meanwhile, unless a process answers 10,000 requests a second. */
const REMEMBERED = 100_000;

/** The name of the policy in the headers, and the words for whoever is limited. */
const KINDS = {
  KEY: { name: 'key', words: 'this API key' },
  PERSON: { name: 'person', words: 'this person' },
  APP_USER: { name: 'app-user', words: 'this user of an app' },
} as const satisfies Record<Viewer['kind'], { name: string; words: string }>;

interface Quota {
  buckets: TokenBuckets<Account>;
  perSecond: number;
  policy: string;
}

/** R-UI-4, R-SAFE-1: how much one API key, person or app user may ask of this process. */
export function createRateLimit(
  { key, person, appUser, burstSeconds }: RequestRates,
  registry: Registry,
  now: () => number = () => performance.now(),
): RateLimit {
  const refused = new Counter({
    ...{ name: 'updraft_api_rate_limited_total', registers: [registry], labelNames: ['kind'] },
    help: 'Requests and operations that were refused because their caller had sent too many, by what the caller is',
  });
  const accountOf = createAccounts(REMEMBERED);
  const quotaOf = (kind: Viewer['kind'], perSecond: number): Quota | null => {
    refused.inc({ kind: KINDS[kind].name }, 0);
    if (perSecond === 0) return null;
    const burst = perSecond * burstSeconds;
    return {
      buckets: createTokenBuckets({ perSecond, burst }, now),
      perSecond,
      policy: `"${KINDS[kind].name}";q=${burst};w=${burstSeconds}`,
    };
  };
  const quotas = { KEY: quotaOf('KEY', key), PERSON: quotaOf('PERSON', person), APP_USER: quotaOf('APP_USER', appUser) };

  return {
    count({ actorId, kind }) {
      const quota = quotas[kind];
      if (quota === null) return;
      const account = accountOf(actorId);
      if (quota.buckets.take(account)) return;
      refused.inc({ kind: KINDS[kind].name });
      throw rateLimited(kind, quota.perSecond, secondsTo(quota.buckets.left(account).nextMs));
    },
    left({ actorId, kind }) {
      const quota = quotas[kind];
      if (quota === null) return null;
      const { calls, nextMs } = quota.buckets.left(accountOf(actorId));
      return { policy: quota.policy, limit: `"${KINDS[kind].name}";r=${calls};t=${secondsTo(nextMs)}` };
    },
  };
}

/** Refused for who asks, or how often, whatever is asked for: it goes into the audit trail before there is an operation. */
export const isOfTheCaller = (code: string): boolean => code === 'NOT_SIGNED_IN' || code === 'RATE_LIMITED';

/** Rounded up: whoever waits so long is let through. */
const secondsTo = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));

const rateLimited = (kind: Viewer['kind'], perSecond: number, retryAfter: number): UserError =>
  new UserError('RATE_LIMITED', {
    message: `More than ${perSecond} requests a second came from ${KINDS[kind].words}. Nothing was done for this one.`,
    hint: `Send it again in ${retryAfter} s (\`Retry-After\`), and send fewer at a time, or more in one request.`,
    limit: `${perSecond} requests a second`,
    retryAfter,
  });

/** As draft-ietf-httpapi-ratelimit-headers has them. */
export function tellRate(res: ServerResponse, rate: RateLimit, viewer: Who): void {
  const left = rate.left(viewer);
  if (left === null) return;
  res.setHeader('RateLimit-Policy', left.policy);
  res.setHeader('RateLimit', left.limit);
}

/** For a server that answers few anyway. */
export const NO_RATE_LIMIT: RateLimit = { count: () => undefined, left: () => null };
