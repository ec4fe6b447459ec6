import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Batch } from '../../schema/model/batch/batch';
import { deferralOf } from '../../schema/model/batch/deferral-policy';
import { dialectReason } from '../../schema/model/batch/dialect-obstacle';
import { batchWorkflowId } from '../../schema/model/ids';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { found } from '../errors/found';
import { PackageType } from '../packages/types';
import { toConnection } from '../paging/connection';
import { type SortOrder, SortOrderEnum } from '../paging/order';
import { PageArgs } from '../paging/page-args';
import { TaskFilterInput } from '../tasks/inputs';
import { TaskConnection } from '../tasks/types';
import { workflowUrlOf } from '../workflow-page';
import { counted, countsView, selectionView } from './counts-view';
import { haltView } from './halt-types';
import { BatchCommandInput, BatchFilterInput, CancelBatchInput, CreateStaticBatchInput } from './inputs';
import { newStaticBatch } from './new-batch';
import type { BatchPolicyType, BatchRate } from './policy-types';
import { pushRateOf } from './push-rate';
import { readRate } from './read-rate';
import { scopeView } from './scope';
import {
  BatchConnection,
  type BatchCounts,
  BatchPayload,
  type BatchScopeType,
  type BatchSelection,
  BatchType,
  CancelBatchPayload,
  DeleteBatchPayload,
} from './types';

@Resolver(() => BatchType)
export class BatchResolver {
  @Query(() => BatchType, { nullable: true, description: 'One batch. Twin of QueryOTAJob.' })
  batch(@Arg('id', () => ID) id: string, @Ctx() { core }: ApiContext) {
    return found('batch', core.batches.get(id));
  }

  @Query(() => BatchConnection, { description: 'Batches, latest first. Twin of ListOTAJobByFirmware.' })
  async batches(
    @Arg('filter', () => BatchFilterInput, { nullable: true, description: 'All of its conditions hold.' }) filter: BatchFilterInput | null,
    @Arg('order', () => SortOrderEnum, { nullable: true, description: 'By creation; the latest first when not given.' })
    order: SortOrder | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return toConnection(await core.batches.list({ ...filter, products: viewer.products }, page, order === 'ASCENDING'));
  }

  @Mutation(() => BatchPayload, { description: 'Pushes a package to the devices that match now. Twin of CreateOTAStaticUpgradeJob.' })
  createStaticBatch(@Arg('input', () => CreateStaticBatchInput) input: CreateStaticBatchInput, @Ctx() { core, viewer }: ApiContext) {
    const create = async () => ({ batch: await core.batches.createStatic(viewer, newStaticBatch(input)) });
    return asPayload(create());
  }

  @Mutation(() => BatchPayload, { description: 'Holds back every notification that has not left.' })
  pauseBatch(@Arg('input', () => BatchCommandInput) input: BatchCommandInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.batches.pause(viewer, input.batchId));
  }

  @Mutation(() => BatchPayload, { description: 'Lets a paused or halted batch go on; failures that halted it count no more.' })
  resumeBatch(@Arg('input', () => BatchCommandInput) input: BatchCommandInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.batches.resume(viewer, input.batchId));
  }

  @Mutation(() => CancelBatchPayload, {
    description: 'Ends a batch and every task in it that has not ended, or only tasks in some statuses. Twin of CancelOTATaskByJob.',
  })
  cancelBatch(@Arg('input', () => CancelBatchInput) input: CancelBatchInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.batches.cancel(viewer, input.batchId, input.statuses));
  }

  @Mutation(() => DeleteBatchPayload, { description: 'Deletes a batch that has ended, with its tasks and what is known of them.' })
  deleteBatch(@Arg('input', () => BatchCommandInput) input: BatchCommandInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.batches.delete(viewer, input.batchId, input.idempotencyKey));
  }

  @FieldResolver()
  id(@Root() batch: Batch): string {
    return batch._id;
  }

  @FieldResolver()
  workflowUrl(@Root() { _id }: Batch, @Ctx() { viewer, workflowPages }: ApiContext): string | null {
    return workflowUrlOf(batchWorkflowId(_id), viewer, workflowPages);
  }

  @FieldResolver()
  tasksRemovedAt(@Root() { removedTasks }: Batch): Date | null {
    return removedTasks?.at ?? null;
  }

  @FieldResolver()
  selection(@Root() batch: Batch): BatchSelection | null {
    return batch.selection && selectionView(batch.selection, dialectReason(batch));
  }

  @FieldResolver()
  scope(@Root() { scope }: Batch): BatchScopeType {
    return scopeView(scope);
  }

  @FieldResolver()
  policy(@Root() { policy }: Batch, @Ctx() { limits }: ApiContext): BatchPolicyType {
    const { rate, retry, timeoutMinutes, halt, downloadProtocol = 'HTTPS', proactivePush = true, tags = [] } = policy;
    const { delivery = 'ANY', schemes = null } = policy;
    const { confirmation = false, overridePrevious = false, multiModule = false } = policy;
    return {
      pushRate: proactivePush ? pushRateOf(rate) : null,
      proactivePush,
      retry,
      timeoutMinutes,
      downloadProtocol,
      delivery,
      schemes,
      confirmation,
      deferral: deferralOf(policy, limits),
      overridePrevious,
      multiModule,
      tags,
      halt: halt ? haltView(halt) : null,
    };
  }

  @FieldResolver()
  async counts(@Root() batch: Batch, @Ctx() { core }: ApiContext): Promise<BatchCounts> {
    return countsView(counted.get(batch) ?? (await core.batches.counts(batch._id)));
  }

  @FieldResolver()
  async rate(@Root() batch: Batch, @Ctx() { core }: ApiContext): Promise<BatchRate> {
    return readRate(core, batch);
  }

  @FieldResolver()
  estimatedEnd(@Root() batch: Batch, @Ctx() { core }: ApiContext) {
    return core.batches.estimatedEnd(batch);
  }

  @FieldResolver(() => PackageType, { nullable: true, description: 'The package it pushes.' })
  package(@Root() batch: Batch, @Ctx() { loaders }: ApiContext) {
    return loaders.package.load(batch.packageId);
  }

  @FieldResolver(() => TaskConnection, { description: 'Its tasks. Twin of ListOTATaskByJob.' })
  async tasks(
    @Root() batch: Batch,
    @Arg('filter', () => TaskFilterInput, { nullable: true, description: 'Its `batchId` is not looked at.' })
    filter: TaskFilterInput | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { core }: ApiContext,
  ) {
    const { statuses: status, ...given } = filter ?? {};
    return toConnection(await core.tasks.list({ ...given, status, batchId: batch._id }, page));
  }
}
