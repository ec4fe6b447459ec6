import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, Field, FieldResolver, ID, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Batch, CauseCount, EditedField } from '../../schema/model/batch/batch';
import { MARK_KINDS, type MarkKind, marksOf } from '../../schema/model/batch/marks';
import type { ApiContext } from '../context';
import { described, EditedFieldEnum, enumOf } from '../enums';
import { causeView, FailureCauseType } from '../tasks/cause-type';
import { BatchType } from './types';

const MarkKindEnum = enumOf(
  'BatchMarkKind',
  'What happened to a batch.',
  described(MARK_KINDS, {
    STARTED: 'Its devices were selected, or its scheduled start came.',
    PAUSED: 'Somebody paused it.',
    HALTED: 'So many of its devices had failed that it halted.',
    RESUMED: 'Somebody resumed it.',
    EDITED: 'Somebody changed it; `fields` says what.',
    FINISHED: 'Its tasks had ended, or its scheduled end came.',
    CANCELED: 'Somebody canceled it.',
    FAILED: 'It could not go on.',
    REOPENED: 'It had ended, and tasks of it were begun again.',
  }),
);

@ObjectType('BatchMark', { description: 'Something that happened to a batch: a mark on its curve.' })
export class BatchMarkType {
  @Field(() => GraphQLDateTime, { description: 'When.' })
  at!: Date;

  @Field(() => MarkKindEnum, { description: 'What.' })
  kind!: MarkKind;

  @Field(() => ID, {
    nullable: true,
    description: 'The API key or the person that asked for it; null where the platform did it by itself, or where that was not recorded.',
  })
  by!: string | null;

  @Field(() => String, { nullable: true, description: 'Of a halt, a failure or an end: why.' })
  reason!: string | null;

  @Field(() => [EditedFieldEnum], { description: 'Of an edit: what was changed.' })
  fields!: EditedField[];
}

@ObjectType('FailuresByCause', { description: 'How many tasks have failed for one cause.' })
export class FailuresByCauseType {
  @Field(() => FailureCauseType, { description: 'The cause, with what to do about it.' })
  cause!: FailureCauseType;

  @Field(() => Int, { description: 'Tasks that have FAILED with it.' })
  failed!: number;

  @Field(() => Int, { description: 'Unfinished tasks whose last attempt failed with it: another attempt follows, or is under way.' })
  failing!: number;
}

export const failuresView = ({ cause, failed, failing }: CauseCount): FailuresByCauseType => ({
  cause: causeView(cause) as FailureCauseType,
  failed,
  failing,
});

@Resolver(() => BatchType)
export class BatchHistoryResolver {
  @FieldResolver(() => [FailuresByCauseType], {
    complexity: 20,
    description: 'Its failures by cause, the most frequent first, counted now. The `failed` of all add up to `counts { failed }`.',
  })
  async failuresByCause(@Root() batch: Batch, @Ctx() { core }: ApiContext): Promise<FailuresByCauseType[]> {
    return (await core.batches.failures(batch)).map(failuresView);
  }

  @FieldResolver(() => [BatchMarkType], {
    description:
      'Its edits, the last `limits.editsKept`, and its changes of status, the last `limits.movesKept`, in the order they happened. Of batches that an earlier version of Updraft ran, edits only.',
  })
  marks(@Root() batch: Batch): BatchMarkType[] {
    return marksOf(batch);
  }
}
