import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { requireRole } from '../../core/access/require-role';
import type { ShownEntry } from '../../core/audit/contract';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { AFTER } from '../live/after';
import type { AuditFeedEvent } from '../live/events';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import { AuditFilterInput, ForgetAuditActorInput } from './inputs';
import { AuditAddedEventUnion, AuditEntryConnection, AuditEntryType, ForgetAuditActorPayload } from './types';

const FILTER = { nullable: true, description: 'All of its conditions hold.' };

@Resolver(() => AuditEntryType)
export class AuditResolver {
  @Query(() => AuditEntryConnection, { nullable: true, description: 'What was done, the newest first, for administrators.' })
  async auditEntries(
    @Arg('filter', () => AuditFilterInput, FILTER) filter: AuditFilterInput | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return toConnection(await core.audit.entries(viewer, filter ?? {}, page));
  }

  @Mutation(() => ForgetAuditActorPayload, {
    description:
      'Forgets whom a pseudonym of the audit trail stands for, on their request: entries stay, and nothing says who it was. What they do from now on is under another one, in other processes within 10 s. For administrators.',
  })
  forgetAuditActor(@Arg('input', () => ForgetAuditActorInput) { id }: ForgetAuditActorInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.audit.forgetPerson(viewer, id).then((actor) => ({ actor })));
  }

  @Subscription(() => AuditAddedEventUnion, {
    description: 'One event an entry, from now on or from a cursor, for administrators. To miss nothing: subscribe, then query.',
    subscribe: async ({ args, context }) => {
      const { core, live, viewer } = context as ApiContext;
      requireRole(viewer, 'ADMINISTRATOR');
      const filter = await core.audit.named(args.filter ?? {});
      return live.subscribeAudit({ filter, shown: core.audit.shown }, args.after);
    },
  })
  auditAdded(
    @Arg('filter', () => AuditFilterInput, FILTER) _filter: AuditFilterInput | null,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Root() event: AuditFeedEvent,
  ): AuditFeedEvent {
    return event;
  }

  @FieldResolver()
  id(@Root() entry: ShownEntry): string {
    return entry._id;
  }
}
