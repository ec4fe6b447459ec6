import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { ownDevices } from '../../core/access/apps/own-devices';
import { isUnstable } from '../../schema/model/device/connection-streak';
import { upgradeWorkflowId } from '../../schema/model/ids';
import { traitsOf } from '../../schema/model/protocol/dialect';
import { stateOf } from '../../schema/model/registration/registration';
import type { Attempt, Task, Transition } from '../../schema/model/task/task';
import { isActive, progressOf } from '../../schema/model/task/task';
import { dependsOnDevice, type WaitingFor, waitingFor } from '../../schema/model/task/waiting-for';
import { BatchType } from '../batches/types';
import type { ApiContext } from '../context';
import { DeviceType } from '../devices/types';
import { found } from '../errors/found';
import { PackageType } from '../packages/types';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import { workflowUrlOf } from '../workflow-page';
import { causeView, type FailureCauseType } from './cause-type';
import { deferralView, type TaskDeferralType } from './deferral-type';
import { TaskFilterInput } from './inputs';
import type { Lwm2mUpgradeType } from './lwm2m-upgrade-type';
import { isOfItsDevice } from './own-history';
import { AttemptType, TaskConnection, TaskType, TransitionType } from './types';

/** Devices that register are asleep or gone while no push goes to them. */
async function isAsleep(task: Task, now: Date, loaders: ApiContext['loaders']): Promise<boolean> {
  if (traitsOf(task).identity !== 'endpoint') return false;
  const registration = await loaders.registration.load(task.deviceId);
  return registration !== null && stateOf(registration, now) === 'ASLEEP';
}

@Resolver(() => TaskType)
export class TaskResolver {
  @Query(() => TaskType, { nullable: true, description: 'One task. Twin of QueryOTATask.' })
  task(@Arg('id', () => ID) id: string, @Ctx() { core, viewer, loaders }: ApiContext) {
    const own = core.tasks.get(id).then(async (task) => (task && (await isOfItsDevice(viewer, task, loaders)) ? task : null));
    return found('task', own);
  }

  @Query(() => TaskConnection, {
    description: 'Tasks; for an app, those of its devices, by device. Twin of ListOTATaskByJob and ListOTATaskByDevice.',
  })
  async tasks(
    @Arg('filter', () => TaskFilterInput, { nullable: true, description: 'All of its conditions hold.' }) filter: TaskFilterInput | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { core, viewer, loaders }: ApiContext,
  ) {
    const { statuses: status, ...given } = filter ?? {};
    const own = { among: ownDevices(viewer), products: viewer.products };
    const listed = await core.tasks.list({ ...given, status, ...own }, page);
    const seen = await Promise.all(listed.rows.map(({ node }) => isOfItsDevice(viewer, node, loaders)));
    // The page goes on behind what is left out.
    return Object.assign(toConnection(listed), { edges: listed.rows.filter((_, index) => seen[index]) });
  }

  @FieldResolver()
  id(@Root() task: Task): string {
    return task._id;
  }

  @FieldResolver()
  async waitingFor(@Root() task: Task, @Ctx() { loaders }: ApiContext): Promise<WaitingFor | null> {
    if (!isActive(task.status)) return null;
    const batch = await loaders.batch.load(task.batchId);
    const now = new Date();
    const of = (device: { enabled?: boolean; unstable?: boolean; asleep?: boolean } = {}) =>
      waitingFor(task, batch?.status ?? 'RUNNING', now, batch?.policy.proactivePush, device);
    const reason = of();
    // What the device has to do with it is asked only where it may have.
    if (!dependsOnDevice(reason)) return reason;
    const [device, asleep] = await Promise.all([loaders.device.load(task.deviceId), isAsleep(task, now, loaders)]);
    return device ? of({ enabled: device.enabled, unstable: isUnstable(device, now), asleep }) : reason;
  }

  @FieldResolver()
  async waitsUntil(@Root() task: Task, @Ctx() { core, loaders }: ApiContext): Promise<Date | null> {
    if (!isActive(task.status)) return null;
    const firmware = task.negotiation ? await loaders.package.load(task.packageId) : null;
    return core.tasks.waitsUntil(task, firmware?.files.reduce((sum, { size }) => sum + size, 0) ?? 0);
  }

  @FieldResolver()
  async deferral(@Root() task: Task, @Ctx() { core, loaders, viewer }: ApiContext): Promise<TaskDeferralType | null> {
    if (task.status !== 'UNCONFIRMED' && !task.deferral) return null;
    return deferralView(task, core.tasks.deferralBounds(await loaders.batch.load(task.batchId)), viewer, new Date());
  }

  @FieldResolver()
  lwm2m(@Root() { lwm2m }: Task): Lwm2mUpgradeType | null {
    return lwm2m ?? null;
  }

  @FieldResolver()
  workflowUrl(@Root() { deviceId, module }: Task, @Ctx() { viewer, workflowPages }: ApiContext): string | null {
    return workflowUrlOf(upgradeWorkflowId(deviceId, module), viewer, workflowPages);
  }

  @FieldResolver()
  progress(@Root() task: Task): number | null {
    return progressOf(task);
  }

  @FieldResolver()
  matches(@Root() { matches }: Task): number {
    return matches ?? 1;
  }

  @FieldResolver()
  renotifications(@Root() { renotifications }: Task): number {
    return renotifications ?? 0;
  }

  @FieldResolver()
  cause(@Root() task: Task): FailureCauseType | null {
    return causeView(task.cause);
  }

  @FieldResolver()
  deadline(@Root() task: Task): Date | null {
    return isActive(task.status) ? task.deadlineAt : null;
  }

  @FieldResolver(() => DeviceType, { nullable: true, description: 'The device it is for; null when it was deleted.' })
  device(@Root() task: Task, @Ctx() { loaders }: ApiContext) {
    return loaders.device.load(task.deviceId);
  }

  @FieldResolver(() => PackageType, { nullable: true, description: 'The package it brings; null when it was deleted.' })
  package(@Root() task: Task, @Ctx() { loaders }: ApiContext) {
    return loaders.package.load(task.packageId);
  }

  @FieldResolver(() => BatchType, { nullable: true, description: 'The batch it is of.' })
  batch(@Root() task: Task, @Ctx() { loaders }: ApiContext) {
    return loaders.batch.load(task.batchId);
  }
}

@Resolver(() => AttemptType)
export class AttemptResolver {
  @FieldResolver()
  cause(@Root() attempt: Attempt): FailureCauseType | null {
    return causeView(attempt.cause);
  }
}

@Resolver(() => TransitionType)
export class TransitionResolver {
  @FieldResolver()
  cause(@Root() transition: Transition): FailureCauseType | null {
    return causeView(transition.cause);
  }
}
