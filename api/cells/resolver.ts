import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { CellUse } from '../../core/cells/contract';
import type { CellLevel } from '../../schema/model/cell/level';
import type { ApiContext } from '../context';
import { AFTER } from '../live/after';
import type { CellFeedEvent } from '../live/events';
import { CoverageLevelEnum } from '../lwm2m-enums';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import { TaskConnection } from '../tasks/types';
import { CellChangeEventUnion, CellConnection, CellType } from './types';

@Resolver(() => CellType)
export class CellResolver {
  @Query(() => CellConnection, {
    description:
      'Radio cells in which LwM2M devices have or wait for cell slots, over all batches and products, by cell and coverage level: a level of a cell is an item of its own.',
  })
  async cells(
    @Arg('cell', () => String, { nullable: true, description: 'Only the levels of this one.' }) cell: string | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { core }: ApiContext,
  ) {
    return toConnection(await core.cells.list({ cell }, page));
  }

  @Subscription(() => CellChangeEventUnion, {
    description: 'How full a radio cell is: once at once, then at most four times a second while it changes, and always the last change.',
    subscribe: async ({ args, context }) => {
      const { core, live } = context as ApiContext;
      const { cell, level } = await core.cells.get({ cell: args.cell, level: args.level });
      return live.subscribeCell({ cell, level }, args.after);
    },
  })
  cellChanges(
    @Arg('cell', () => String, { description: 'As the list `cells` has it. One that nobody is in yet is empty.' }) _cell: string,
    @Arg('level', () => CoverageLevelEnum) _level: CellLevel,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Root() event: CellFeedEvent,
  ): CellFeedEvent {
    return event;
  }

  @FieldResolver()
  id(@Root() { _id }: CellUse): string {
    return _id;
  }

  @FieldResolver()
  limit(@Root() { level }: CellUse, @Ctx() { core }: ApiContext): number {
    return core.cells.limitOf(level);
  }

  @FieldResolver(() => TaskConnection, { description: 'The tasks that its cell slots are taken by or kept for.' })
  async tasks(@Root() use: CellUse, @Args(() => PageArgs) page: PageArgs, @Ctx() { core, viewer }: ApiContext) {
    return toConnection(await core.cells.tasksOf(viewer, use, page));
  }
}
