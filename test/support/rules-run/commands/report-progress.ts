import fc from 'fast-check';
import { anyOne, speaker, step } from '../step';

/** R-TASK-1, R-TASK-4. */
export const reportProgress = step({
  args: fc.tuple(anyOne, fc.constantFrom(0, 35, 100, 100)),
  subject(rules, [place, percent]) {
    const device = speaker(rules, place);
    return device && { device, percent };
  },
  says: ({ device, percent }) => `${device.name} reports ${percent} %`,
  real: (world, { device, percent }) =>
    world.core.tasks.report(world.idOf(device), { kind: 'progress', module: 'default', percent }).then(() => 'done'),
  rules: (rules, { device, percent }) => rules.progress(device, percent),
});
