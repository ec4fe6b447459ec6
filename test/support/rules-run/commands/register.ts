import type { Rules } from '../../model-of-the-rules/rules';
import { anyOne, pick, step } from '../step';

const MOST_DEVICES = 10;

/** Under a new name, or under that of a device that was deleted. */
function freeName({ devices }: Rules, place: number): string | null {
  const deleted = devices.filter(({ exists }) => !exists).map(({ name }) => name);
  return pick([...deleted, ...(devices.length < MOST_DEVICES ? [`meter-${devices.length}`] : [])], place);
}

export const register = step({
  args: anyOne,
  subject: freeName,
  says: (name) => `${name} is registered`,
  real: (world, name) => world.register(name).then(() => 'done'),
  rules: (rules, name) => rules.register(name),
});
