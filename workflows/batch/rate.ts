import { proxyLocalActivities } from '@temporalio/workflow';
import type { RatePolicy } from '../../schema/model/batch';
import { currentRate } from '../../schema/model/push-rate';
import type { BatchActivities } from './activities';

const { countReached } = proxyLocalActivities<BatchActivities>({ startToCloseTimeout: '30s' });

/** The rate for the next window. A constant asks nobody, nor does a rate that has come to its maximum: it never falls again. */
export class Rate {
  private reached = 0;

  constructor(private readonly batchId: string) {}

  async now(policy: RatePolicy): Promise<number> {
    if (policy.kind === 'variable' && currentRate(policy, this.reached) < policy.maximum) {
      this.reached = Math.max(this.reached, await countReached(this.batchId, policy.threshold.of));
    }
    return currentRate(policy, this.reached);
  }
}
