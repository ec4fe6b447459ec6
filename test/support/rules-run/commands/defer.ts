import fc from 'fast-check';
import { anyOne, pick, step } from '../step';
import { OPERATOR } from '../world';

/** Of a run that has begun since: none comes while anybody looks. */
const LATER_MS = 30 * 60_000;
const BEGUN = Date.now();

/** R-TASK-12. Mostly about a task that waits for confirmation. */
export const defer = step({
  args: fc.tuple(anyOne, fc.nat(3), fc.nat(5)),
  subject({ tasks }, [place, until, any]) {
    const waiting = tasks.filter(({ status }) => status === 'UNCONFIRMED');
    const task = pick(any === 0 ? tasks : waiting, place);
    return task && { task, until };
  },
  says: ({ task, until }) => `the task of ${task.device.name} in batch ${task.batch.number} is deferred until time ${until}`,
  real: (world, { task, until }) =>
    world.core.tasks.defer(OPERATOR, [world.taskIdOf(task)], new Date(BEGUN + LATER_MS + until)).then(() => 'done'),
  rules: (rules, { task, until }) => rules.defer(task, until),
});
