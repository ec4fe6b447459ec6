import { anyOne, speaker, step } from '../step';

/** R-BAT-7: `firmware/get`. */
export const ask = step({
  args: anyOne,
  subject: speaker,
  says: ({ name }) => `${name} asks for its upgrade`,
  real: (world, device) => world.core.tasks.requested(world.idOf(device), 'default').then((notification) => notification?.version ?? null),
  rules: (rules, device) => rules.ask(device),
});
