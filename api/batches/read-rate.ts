import type { Core } from '../../core/core';
import type { Batch } from '../../schema/model/batch';
import type { BatchRate } from './policy-types';

export async function readRate({ batches }: Core, batch: Pick<Batch, '_id' | 'policy' | 'removedTasks'>): Promise<BatchRate> {
  const [asked, reached] = await Promise.all([batches.askedRate(batch), batches.reachedRate(batch._id)]);
  return { asked, reached: Math.round(reached) };
}
