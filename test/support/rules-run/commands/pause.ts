import { anyOne, pick, step } from '../step';
import { OPERATOR } from '../world';

/** R-BAT-24. */
export const pause = step({
  args: anyOne,
  subject: ({ batches }, place) => pick(batches, place),
  says: ({ number }) => `batch ${number} is paused`,
  real: (world, batch) => world.core.batches.pause(OPERATOR, world.batchIdOf(batch)).then(() => 'done'),
  rules: (rules, batch) => rules.pause(batch),
});
