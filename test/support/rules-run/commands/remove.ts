import { anyOne, pick, step } from '../step';
import { OPERATOR } from '../world';

export const remove = step({
  args: anyOne,
  subject: ({ devices }, place) =>
    pick(
      devices.filter(({ exists }) => exists),
      place,
    ),
  says: ({ name }) => `${name} is deleted`,
  async real(world, device) {
    const { tasksEnded } = await world.core.devices.delete(OPERATOR, [world.idOf(device)]);
    await world.disconnect(device);
    return tasksEnded;
  },
  rules: (rules, device) => rules.remove(device),
});
