import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { Batch, DynamicBase } from '../../schema/model/batch/batch';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { CancelDynamicPolicyInput, CreateDynamicBatchInput } from './inputs';
import { newDynamicBatch } from './new-batch';
import { BatchPayload, BatchType, CancelBatchPayload } from './types';

/** What only dynamic batches have (R-BAT-1). */
@Resolver(() => BatchType)
export class DynamicBatchResolver {
  @Mutation(() => BatchPayload, {
    description: 'Pushes a package to the devices that match now, and to those that match later. Twin of CreateOTADynamicUpgradeJob.',
  })
  createDynamicBatch(@Arg('input', () => CreateDynamicBatchInput) input: CreateDynamicBatchInput, @Ctx() { core, viewer }: ApiContext) {
    const create = async () => ({ batch: await core.batches.createDynamic(viewer, newDynamicBatch(input)) });
    return asPayload(create());
  }

  @Mutation(() => CancelBatchPayload, {
    description:
      'A dynamic batch takes no further devices, and ends once its tasks have; tasks are canceled on request. Twin of CancelOTAStrategyByJob.',
  })
  cancelDynamicPolicy(@Arg('input', () => CancelDynamicPolicyInput) input: CancelDynamicPolicyInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.batches.cancelPolicy(viewer, input.batchId, input.statuses));
  }

  @FieldResolver()
  base(@Root() { base }: Batch): DynamicBase | null {
    return base ?? null;
  }

  @FieldResolver()
  matching(@Root() { matching }: Batch): boolean {
    return matching === true;
  }

  @FieldResolver()
  newlyReportedOnly(@Root() { newlyReportedOnly }: Batch): boolean {
    return newlyReportedOnly === true;
  }
}
