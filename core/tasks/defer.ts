import type { Batch } from '../../schema/model/batch/batch';
import { deferralOf } from '../../schema/model/batch/deferral-policy';
import type { BatchId, TaskId } from '../../schema/model/ids';
import { type DeferralBounds, type DeferralObjection, deferralBounds, deferralVerdict } from '../../schema/model/task/deferral';
import type { Task } from '../../schema/model/task/task';
import type { Violation } from '../../schema/model/violation';
import type { Collections } from '../../schema/mongo/connect';
import type { Viewer } from '../access/viewer';
import { refuseIfAny } from '../refuse';
import type { CoreSettings } from '../settings';
import { decide, tasksToDecide } from './decide';
import type { TaskDeps } from './deps';

/** A batch that is told of a wait finds out itself when those are over that come later. */
const LONGEST_WAKE_MINUTES = 10;

type Policies = Pick<Batch, '_id' | 'policy' | 'schedule'>;

/** R-TASK-12: nobody is asked about the tasks before `until`. A repeat of a call is no deferral more. */
export async function deferTasks(
  deps: TaskDeps,
  { batches }: Pick<Collections, 'batches'>,
  viewer: Viewer,
  taskIds: readonly TaskId[],
  until: Date,
): Promise<Task[]> {
  const { minuteMs } = deps.settings;
  const isDone = (task: Task): boolean => task.status === 'UNCONFIRMED' && task.deferral?.until.getTime() === until.getTime();
  const tasks = await tasksToDecide(deps, viewer, taskIds, { word: 'deferred', isDone });
  refuseIfAny([tasks.every(isDone) ? null : inThePast(until, deps.clock())]);
  const policies = await policiesOf(batches, tasks);
  const boundsAt = ({ batchId }: Task, now: Date) => boundsOf(policies.get(batchId), deps.settings, now);
  return decide(deps, tasks, taskIds, {
    word: 'deferred',
    event: (task, now) => ({ kind: 'deferred', until, by: viewer.actorId, bounds: boundsAt(task, now), minuteMs }),
    isDone,
    objection(task, field, now) {
      const bounds = boundsAt(task, now);
      const verdict = deferralVerdict(task, until, bounds, now);
      return verdict === null || verdict === 'SAME' ? null : VIOLATIONS[verdict](task, field, bounds, now, until);
    },
    onDecided({ batchId, deferral }, now) {
      const longest = LONGEST_WAKE_MINUTES * minuteMs;
      if (deferral?.tellAt) deps.engine.wakeBatch(batchId, Math.min(longest, deferral.tellAt.getTime() - now.getTime()));
    },
  });
}

/** They may be edited at any time, so none is kept. */
async function policiesOf(batches: Collections['batches'], tasks: readonly Task[]): Promise<Map<BatchId, Policies>> {
  const ids = [...new Set(tasks.map(({ batchId }) => batchId))];
  const found = await batches.find<Policies>({ _id: { $in: ids } }, { projection: { policy: 1, schedule: 1 } }).toArray();
  return new Map(found.map((batch) => [batch._id, batch]));
}

/** What a batch allows now. One that is gone, or asks nobody, allows nothing. */
export function boundsOf(batch: Policies | null | undefined, { limits, minuteMs }: Pick<CoreSettings, 'limits' | 'minuteMs'>, now: Date) {
  const policy = (batch && deferralOf(batch.policy, limits)) ?? { maxTimes: 0, maxHours: 0 };
  return deferralBounds(policy, batch?.schedule?.endAt ?? null, minuteMs, now);
}

const inThePast = (until: Date, now: Date): Violation | null =>
  until > now
    ? null
    : {
        code: 'DEFERRAL_OUT_OF_RANGE',
        field: 'until',
        message: 'The time that the tasks are to be deferred until is over.',
        hint: 'Give a time that is to come. Is the clock of the phone right?',
        limit: `> ${now.toISOString()}`,
      };

type ViolationOf = (task: Task, field: string, bounds: DeferralBounds, now: Date, until: Date) => Violation | null;

const VIOLATIONS: Record<DeferralObjection, ViolationOf> = {
  // Told as of every decision.
  NOT_WAITING: () => null,
  PAST: (_task, _field, _bounds, now, until) => inThePast(until, now),
  TOO_OFTEN: ({ deviceName, deferral }, field, { maxTimes }) => ({
    code: 'DEFERRAL_LIMIT',
    field,
    message:
      maxTimes === 0
        ? `The batch of the task of ${deviceName} allows no deferral.`
        : `The task of ${deviceName} was deferred ${deferral?.times ?? 0} times, and its batch allows ${maxTimes}.`,
    hint: 'Confirm it, reject it, or let it wait.',
    limit: `${maxTimes}`,
  }),
  TOO_FAR: ({ deviceName }, field, { latest }) => ({
    code: 'DEFERRAL_OUT_OF_RANGE',
    field,
    message: `The batch of the task of ${deviceName} allows deferrals until ${latest.toISOString()} at present.`,
    hint: 'Give an earlier time: `deferral { latest }` of the task says how far it may be deferred now.',
    limit: `≤ ${latest.toISOString()}`,
  }),
};
