import fc from 'fast-check';
import { anyOne, pick, step } from '../step';
import { OPERATOR } from '../world';

const STATUSES = ['SCHEDULED', 'QUEUED', 'NOTIFIED', 'IN_PROGRESS', 'UNCONFIRMED'] as const;

/** R-BAT-18: the tasks in some statuses; the batch goes on with the others. */
export const cancelSome = step({
  args: fc.tuple(anyOne, fc.subarray([...STATUSES], { minLength: 1, maxLength: 3 })),
  subject({ batches }, [place, statuses]) {
    const batch = pick(batches, place);
    return batch && { batch, statuses };
  },
  says: ({ batch, statuses }) => `the tasks of batch ${batch.number} that are ${statuses.join(' or ')} are canceled`,
  real: (world, { batch, statuses }) =>
    world.core.batches.cancel(OPERATOR, world.batchIdOf(batch), statuses).then(({ canceled }) => canceled),
  rules: (rules, { batch, statuses }) => rules.cancelSome(batch, statuses),
});
