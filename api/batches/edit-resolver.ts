import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, FieldResolver, ID, InputType, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Batch, EditedField } from '../../schema/model/batch/batch';
import type { BatchEdit } from '../../schema/model/batch/batch-edit';
import type { ApiContext } from '../context';
import { EditedFieldEnum } from '../enums';
import { asPayload } from '../errors/as-payload';
import { DeferralPolicyInput, deferralPolicyOf } from './deferral-types';
import { BatchTagInput } from './inputs';
import { tagsOf } from './new-batch';
import { PushRateInput, ratePolicyOf } from './push-rate';
import { BatchPayload, BatchType } from './types';

@InputType({ description: 'What is given takes the place of what the batch has; the rest stays.' })
export class UpdateBatchInput {
  @Field(() => ID, { description: 'Which batch.' })
  batchId!: string;

  @Field(() => PushRateInput, {
    nullable: true,
    description: 'Other values of its rate: constant stays constant, variable stays variable.',
  })
  pushRate?: PushRateInput | null;

  @Field(() => [BatchTagInput], { nullable: true, description: 'All tags from now on; an empty list takes them away.' })
  tags?: BatchTagInput[] | null;

  @Field(() => DeferralPolicyInput, {
    nullable: true,
    description: 'Of a batch that asks for confirmation: how tasks may be deferred from now on. What is deferred stays so.',
  })
  deferral?: DeferralPolicyInput | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Of a dynamic batch that goes by versions: all of them from now on. Devices with one that is added are upgraded; tasks of one that is removed go on.',
  })
  sourceVersions?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Of a dynamic batch, for tasks made from now on: minutes from the first progress report, `limits.timeoutMinimum` to `limits.timeoutMaximum`. Null takes the limit away; leave it out to keep it.',
  })
  timeoutMinutes?: number | null;
}

@ObjectType('BatchEdit', { description: 'A change of a batch while it ran.' })
export class BatchEditType {
  @Field(() => GraphQLDateTime, { description: 'When.' })
  at!: Date;

  @Field(() => ID, { description: 'The API key it was made with.' })
  by!: string;

  @Field(() => [EditedFieldEnum], { description: 'What was changed.' })
  fields!: EditedField[];
}

@Resolver(() => BatchType)
export class BatchEditResolver {
  @Mutation(() => BatchPayload, {
    description: 'Changes a batch that has not ended. When the answer is there, no further notification leaves by what it had before.',
  })
  updateBatch(@Arg('input', () => UpdateBatchInput) input: UpdateBatchInput, @Ctx() { core, viewer }: ApiContext) {
    const update = async () => ({ batch: await core.batches.update(viewer, input.batchId, editOf(input)) });
    return asPayload(update());
  }

  @FieldResolver(() => [BatchEditType], { description: 'Changes while it ran, oldest first; the last `limits.editsKept`.' })
  edits(@Root() { edits = [] }: Batch): BatchEditType[] {
    return edits;
  }
}

const editOf = ({ pushRate, tags, deferral, sourceVersions, timeoutMinutes }: UpdateBatchInput): BatchEdit => ({
  ...(pushRate && { rate: ratePolicyOf(pushRate) }),
  ...(tags && { tags: tagsOf(tags) }),
  ...(deferral && { deferral: deferralPolicyOf(deferral) }),
  ...(sourceVersions && { sourceVersions }),
  ...(timeoutMinutes !== undefined && { timeoutMinutes }),
});
