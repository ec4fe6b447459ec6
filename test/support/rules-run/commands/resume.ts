import { anyOne, pick, step } from '../step';
import { OPERATOR } from '../world';

/** R-BAT-24. */
export const resume = step({
  args: anyOne,
  subject: ({ batches }, place) => pick(batches, place),
  says: ({ number }) => `batch ${number} is resumed`,
  real: (world, batch) => world.core.batches.resume(OPERATOR, world.batchIdOf(batch)).then(() => 'done'),
  rules: (rules, batch) => rules.resume(batch),
});
