import { proxyLocalActivities } from '@temporalio/workflow';
import type { BatchPolicy, RatePolicy } from '../../schema/model/batch/batch';
import { currentRate } from '../../schema/model/batch/push-rate';
import type { BatchActivities } from './activities';
import type { DueTasks } from './messages';

const { countReached } = proxyLocalActivities<BatchActivities>({ startToCloseTimeout: '30s' });

/** The rate for the next window. A constant asks nobody, nor does a rate that has come to its maximum: it never falls again by itself. */
export class Rate {
  private reached = 0;

  /** `revision`: of the edit the policy comes from. */
  constructor(
    private readonly batchId: string,
    private policy: RatePolicy,
    private revision: number,
  ) {}

  async now(): Promise<number> {
    const { policy } = this;
    if (policy.kind === 'variable' && currentRate(policy, this.reached) < policy.maximum) {
      this.reached = Math.max(this.reached, await countReached(this.batchId, policy.threshold.of));
    }
    return currentRate(policy, this.reached);
  }

  /** R-BAT-16: takes over what the store says now; true when that is another policy than the one the last window was computed from. */
  follow({ rate, policyRevision }: Pick<DueTasks, 'rate' | 'policyRevision'>): boolean {
    if (rate === undefined || policyRevision === undefined || policyRevision === this.revision) return false;
    this.policy = rate;
    this.revision = policyRevision;
    this.reached = 0;
    return true;
  }

  /** For the next run, which asks again all the same. */
  carriedInto(policy: BatchPolicy): { policy: BatchPolicy; policyRevision: number } {
    return { policy: { ...policy, rate: this.policy }, policyRevision: this.revision };
  }
}
