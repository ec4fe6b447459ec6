import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Person } from '../../core/access/viewer';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import { PeopleFilter, PersonInput } from './inputs';
import { PersonConnection, PersonPayload, PersonType } from './types';

@Resolver(() => PersonType)
export class PeopleResolver {
  @Query(() => PersonConnection, { nullable: true, description: 'Those who have signed in, the newest first, for administrators.' })
  async people(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => PeopleFilter, { nullable: true, description: 'Which ones; all when not given.' }) filter: PeopleFilter | null,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return toConnection(await core.access.people(viewer, page, filter ?? {}));
  }

  @Mutation(() => PersonPayload, {
    description:
      'Refuses a person from now on, and ends what they have opened: within a second in this process, within 10 s in others. For administrators.',
  })
  blockPerson(@Arg('input', () => PersonInput) input: PersonInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.access.blockPerson(viewer, input.id).then((person) => ({ person })));
  }

  @Mutation(() => PersonPayload, { description: 'Lets a person in again. For administrators.' })
  unblockPerson(@Arg('input', () => PersonInput) input: PersonInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.access.unblockPerson(viewer, input.id).then((person) => ({ person })));
  }

  @FieldResolver()
  id(@Root() person: Person): string {
    return person._id;
  }
}
