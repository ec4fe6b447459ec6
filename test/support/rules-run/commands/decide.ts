import fc from 'fast-check';
import { anyOne, pick, step } from '../step';
import { OPERATOR } from '../world';

/** R-TASK-8. Mostly about a task that waits for it. */
export const decide = step({
  args: fc.tuple(anyOne, fc.constantFrom('confirmed' as const, 'rejected' as const), fc.boolean()),
  subject({ tasks }, [place, decision, any]) {
    const waiting = tasks.filter(({ status }) => status === 'UNCONFIRMED');
    const task = pick(any ? tasks : waiting, place);
    return task && { task, decision };
  },
  says: ({ task, decision }) => `the task of ${task.device.name} in batch ${task.batch.number} is ${decision}`,
  real: (world, { task, decision }) =>
    world.core.tasks[decision === 'confirmed' ? 'confirm' : 'reject'](OPERATOR, [world.taskIdOf(task)]).then(() => 'done'),
  rules: (rules, { task, decision }) => rules.decide(task, decision),
});
