import { anyOne, speaker, step } from '../step';

/** R-TASK-1, R-TASK-4. */
export const reportProgress = step({
  args: anyOne,
  subject(rules, place) {
    const device = speaker(rules, place);
    return device && { device, percent: place };
  },
  says: ({ device, percent }) => `${device.name} reports ${percent} %`,
  real: (world, { device, percent }) =>
    world.core.tasks.report(world.idOf(device), { kind: 'progress', module: 'default', percent }).then(() => 'done'),
  rules: (rules, { device }) => rules.progress(device),
});
