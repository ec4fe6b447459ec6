import { Counter, type Registry } from 'prom-client';
import type { AccessService } from '../../core/access/contract';
import { userErrorsOf } from '../errors/as-payload';

const WAYS = ['key', 'token', 'link', 'identity_provider'] as const;
type Way = (typeof WAYS)[number];
const RESULTS = ['signed_in', 'refused', 'rate_limited', 'unavailable', 'failed'] as const;
type Result = (typeof RESULTS)[number];

/** Access, with the sign-ins of browsers counted by way and result. */
export function meteredSignIns(access: AccessService, registry: Registry): AccessService {
  const counter = new Counter({
    ...{ name: 'updraft_sign_ins_total', registers: [registry], labelNames: ['way', 'result'] },
    help: 'Browser sessions that were asked for, by the way of the sign-in and what came of it',
  });
  for (const way of WAYS) for (const result of RESULTS) counter.inc({ way, result }, 0);

  async function counted<T>(way: Way, opening: Promise<T>): Promise<T> {
    try {
      const session = await opening;
      counter.inc({ way, result: session === null ? 'refused' : 'signed_in' });
      return session;
    } catch (error) {
      counter.inc({ way, result: resultOf(error) });
      throw error;
    }
  }

  return {
    ...access,
    openSession: (bearer) => counted(isToken(bearer) ? 'token' : 'key', access.openSession(bearer)),
    openSignInLink: (token) => counted('link', access.openSignInLink(token)),
    finishSignIn: (query, transaction) => counted('identity_provider', access.finishSignIn(query, transaction)),
  };
}

/** A JWT has three parts; keys have none. */
const isToken = (bearer: string): boolean => bearer.includes('.');

function resultOf(error: unknown): Result {
  const code = userErrorsOf(error)?.[0]?.code;
  if (code === undefined) return 'failed';
  if (code === 'RATE_LIMITED') return 'rate_limited';
  return code === 'NOT_SIGNED_IN' || code === 'NOT_ALLOWED' ? 'refused' : 'unavailable';
}
