import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Viewer } from '../../core/access/viewer';
import { type DeferralBounds, deferralsLeft } from '../../schema/model/task/deferral';
import type { Task } from '../../schema/model/task/task';

@ObjectType('TaskDeferral', { description: 'How a task that waits for confirmation was deferred, and may be. See `deferTasks`.' })
export class TaskDeferralType {
  @Field(() => Int, { description: 'How often it was deferred.' })
  times!: number;

  @Field(() => Int, { description: 'How often it may be deferred yet.' })
  timesLeft!: number;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'So far it may be deferred now; null when it may not.' })
  latest!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Until when it was deferred last; past once it asks for confirmation again. Null: it never was.',
  })
  until!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When that was asked for.' })
  at!: Date | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Who asked for it, as `viewer { actorId }` says. Of others than itself an app is not told.',
  })
  by!: string | null;
}

export function deferralView(task: Task, bounds: DeferralBounds, { role, actorId }: Viewer, now: Date): TaskDeferralType {
  const { times = 0, until = null, at = null, by = null } = task.deferral ?? {};
  const timesLeft = task.status === 'UNCONFIRMED' ? deferralsLeft(task, bounds) : 0;
  const latest = timesLeft > 0 && bounds.latest > now ? bounds.latest : null;
  return { times, timesLeft, latest, until, at, by: role === 'APP' && by !== actorId ? null : by };
}
