import { ArgsType, Field, Int } from 'type-graphql';

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: 'How many, 1 to `limits.pageSize`; 50 when not given, or `limits.pageSize` if that is less.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last item already known: the page begins after it.' })
  after?: string | null;
}
