import { Field, InputType } from 'type-graphql';
import type { CancelableStatus } from '../../schema/model/task/cancel';
import { CancelableStatusEnum } from '../enums';
import { BatchCommandInput } from './inputs';

@InputType()
export class CancelDynamicPolicyInput extends BatchCommandInput {
  @Field(() => [CancelableStatusEnum], {
    nullable: true,
    description: 'These tasks are canceled as well, also once the policy was; none when not given.',
  })
  statuses?: CancelableStatus[] | null;
}
