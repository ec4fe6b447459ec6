import { anyOne, pick, step } from '../step';

/** R-TASK-7. A device that is connected already does it again. */
export const connect = step({
  args: anyOne,
  subject: ({ devices }, place) =>
    pick(
      devices.filter(({ exists }) => exists),
      place,
    ),
  says: ({ name }) => `${name} connects`,
  real: (world, device) => world.connect(device).then(() => 'done'),
  rules: (rules, device) => rules.connect(device),
});
