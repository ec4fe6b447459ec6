import { anyOne, pick, step } from '../step';

export const disconnect = step({
  args: anyOne,
  subject: ({ devices }, place) =>
    pick(
      devices.filter(({ online }) => online),
      place,
    ),
  says: ({ name }) => `${name} disconnects`,
  real: (world, device) => world.disconnect(device).then(() => 'done'),
  rules: (rules, device) => rules.disconnect(device),
});
