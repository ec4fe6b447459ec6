import type { BehaviourPlan } from '../misbehaving/behaviour-plan';
import type { Lwm2mMethod } from './lwm2m-behaviours';

/** What happens to a request in place of what should, or how late it is answered. */
export type RequestFault = 'no answer' | { code: string } | { afterMs: number };

/** By what the device was told to do wrong; null: it is answered as it should. */
export function requestFault(plan: BehaviourPlan, method: Lwm2mMethod, path: string): RequestFault | null {
  const about = (requests: { method: Lwm2mMethod; path: string }): boolean =>
    requests.method === method && (path === requests.path || path.startsWith(`${requests.path}/`));
  if (plan.take('ignores', about)) return 'no answer';
  const refusal = plan.take('refuses', about);
  if (refusal) return { code: refusal.code };
  const delayed = plan.take('delays', about);
  return delayed ? { afterMs: delayed.ms } : null;
}
