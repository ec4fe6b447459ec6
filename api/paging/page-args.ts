import { ArgsType, Field, Int } from 'type-graphql';

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: 'How many, 1 to `limits.pageSize`; when not given, the lesser of that and `limits.pageSizeByDefault`.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last item already known: the page begins after it.' })
  after?: string | null;
}
