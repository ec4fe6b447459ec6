import { Field, ObjectType } from 'type-graphql';
import { EVIDENCE } from '../../schema/model/task/evidence';
import { FAILURE_CAUSES, type FailureCause, type FailureCauseText } from '../../schema/model/task/failure-causes';
import { FailureCauseEnum, FailureOriginEnum } from '../enums';

@ObjectType('FailureCause', { description: 'Why an attempt or a task failed, with what to do about it.' })
export class FailureCauseType {
  @Field(() => FailureCauseEnum, { description: 'For programs.' })
  code!: FailureCause;

  @Field(() => FailureOriginEnum, { description: 'Who found out.' })
  origin!: FailureCauseText['origin'];

  @Field(() => String, { description: 'What happened.' })
  description!: string;

  @Field(() => String, { description: 'What to do about it.' })
  recommendation!: string;

  @Field(() => Boolean, { description: 'Whether a notified device that fails so counts towards the threshold of a halt.' })
  countsForHalt!: boolean;
}

/** Of a task that another version has written. */
const UNKNOWN: FailureCauseText = {
  origin: 'platform',
  description: 'A cause that this version of Updraft does not know.',
  recommendation: 'Look it up in the documentation of the version that wrote it.',
};

export const causeView = (code: FailureCause | null): FailureCauseType | null =>
  code === null
    ? null
    : { code, ...((FAILURE_CAUSES as Partial<typeof FAILURE_CAUSES>)[code] ?? UNKNOWN), countsForHalt: EVIDENCE[code] === 'COUNTS' };
