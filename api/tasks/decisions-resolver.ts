import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import { CancelTasksInput, CancelTasksPayload } from './cancel-types';
import { DeferTasksInput, TaskDecisionInput } from './inputs';
import { RetryTasksInput, RetryTasksPayload } from './reinitiate-types';
import { TaskConnection, TasksPayload, TaskType } from './types';

/** What people decide about tasks: users of devices through their app (R-TASK-8, R-TASK-12), operators (R-BAT-21). */
@Resolver(() => TaskType)
export class TaskDecisionsResolver {
  @Query(() => TaskConnection, {
    nullable: true,
    description:
      "A device's tasks that have not ended, latest first; for an app that names none, those of all of its devices, by device. Twin of ListOTAUnfinishedTaskByDevice.",
  })
  async unfinishedTasks(
    @Arg('deviceId', () => ID, { nullable: true, description: 'Apps may leave it out: all of their devices.' }) deviceId: string | null,
    @Arg('module', () => String, { nullable: true, description: 'Only for this module.' }) module: string | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return toConnection(await core.tasks.unfinished(viewer, deviceId, module, page));
  }

  @Mutation(() => TasksPayload, { description: 'Lets tasks begin that wait for confirmation, all or none. Twin of ConfirmOTATask.' })
  confirmTasks(@Arg('input', () => TaskDecisionInput) input: TaskDecisionInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.tasks.confirm(viewer, input.taskIds).then((tasks) => ({ tasks })));
  }

  @Mutation(() => TasksPayload, { description: 'Ends tasks that wait for confirmation, all or none.' })
  rejectTasks(@Arg('input', () => TaskDecisionInput) input: TaskDecisionInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.tasks.reject(viewer, input.taskIds).then((tasks) => ({ tasks })));
  }

  @Mutation(() => TasksPayload, {
    description:
      'Lets tasks that wait for confirmation ask again later, all or none, as often and as far ahead as their batches allow. The same call once more is no deferral more.',
  })
  deferTasks(@Arg('input', () => DeferTasksInput) input: DeferTasksInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.tasks.defer(viewer, input.taskIds, input.until).then((tasks) => ({ tasks })));
  }

  @Mutation(() => CancelTasksPayload, {
    description: 'Cancels the tasks of a package on some devices; their batches go on with the others. Twin of CancelOTATaskByDevice.',
  })
  cancelTasks(@Arg('input', () => CancelTasksInput) input: CancelTasksInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.tasks.cancel(viewer, input));
  }

  @Mutation(() => RetryTasksPayload, { description: 'Has failed tasks of a batch begin again; a batch that had finished goes on.' })
  retryTasks(@Arg('input', () => RetryTasksInput) input: RetryTasksInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.batches.reinitiate(viewer, input));
  }
}
