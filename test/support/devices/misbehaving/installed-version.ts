import type { BehaviourPlan } from './behaviour-plan';

/** The version that a device comes up with after an upgrade to `target`; null: the one it had. */
export function installedVersion(plan: BehaviourPlan, target: string): string | null {
  if (plan.take('staysOnSourceVersion')) return null;
  return plan.take('wrongVersion')?.version ?? target;
}
