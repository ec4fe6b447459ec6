import fc from 'fast-check';
import { anyOne, pick, step } from '../step';
import { OPERATOR } from '../world';

/** R-BAT-21: all that have failed, or one by name. */
export const retryTasks = step({
  args: fc.tuple(anyOne, fc.option(anyOne)),
  subject(rules, [place, one]) {
    const batch = pick(rules.batches, place);
    if (batch === null) return null;
    const tasks = rules.tasksOf(batch);
    const named = one === null ? null : pick(tasks, one);
    return { batch, named, tasks: named ? [named] : tasks.filter(({ status }) => status === 'FAILED') };
  },
  says: ({ batch, named }) => `batch ${batch.number} begins again ${named ? `with ${named.device.name}` : 'with all that failed'}`,
  async real(world, { batch, named }) {
    const tasks = named ? { taskIds: [world.taskIdOf(named)] } : { all: true };
    const { skipped } = await world.core.batches.reinitiate(OPERATOR, { batchId: world.batchIdOf(batch), ...tasks });
    return skipped.map(({ reason }) => reason);
  },
  rules: (rules, { batch, tasks }) => rules.retry(batch, tasks),
});
