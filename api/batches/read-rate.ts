import type { Core } from '../../core/core';
import type { Batch } from '../../schema/model/batch/batch';
import type { BatchRate } from './policy-types';

type Asked = Pick<Batch, '_id' | 'policy' | 'removedTasks'>;

const rates = new WeakMap<Asked, Promise<BatchRate>>();

/** One event goes to every reader of the batch: its rate is asked for once. */
export function readRate(core: Core, batch: Asked): Promise<BatchRate> {
  const rate = rates.get(batch) ?? askedAndReached(core, batch);
  rates.set(batch, rate);
  return rate;
}

async function askedAndReached({ batches }: Core, batch: Asked): Promise<BatchRate> {
  const [asked, reached] = await Promise.all([batches.askedRate(batch), batches.reachedRate(batch._id)]);
  return { asked, reached: Math.round(reached) };
}
