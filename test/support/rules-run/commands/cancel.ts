import { anyOne, pick, step } from '../step';
import { OPERATOR } from '../world';

/** R-BAT-18. */
export const cancel = step({
  args: anyOne,
  subject: ({ batches }, place) => pick(batches, place),
  says: ({ number }) => `batch ${number} is canceled`,
  real: (world, batch) => world.core.batches.cancel(OPERATOR, world.batchIdOf(batch)).then(({ canceled }) => canceled),
  rules: (rules, batch) => rules.cancel(batch),
});
