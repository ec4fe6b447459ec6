import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { Page } from '../../core/paging/page';

@ObjectType({ description: 'Where a page stands in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'More follow after `endCursor`.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Always false: lists are read forwards only.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first item of the page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last item of the page: give it as `after` for the next page.' })
  endCursor!: string | null;
}

/** A Relay connection over the object type `node`, whose rows are of the model's type. */
export function connectionOf(node: () => ClassType, name: string): ClassType {
  @ObjectType(`${name}Edge`, { description: `A ${name} with its place in the list.` })
  class Edge {
    @Field(node, { description: 'The item itself.' })
    node!: object;

    @Field(() => String, { description: 'Opaque; good as `after`.' })
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list, in a stable order. Item: ${name}.` })
  class Connection {
    @Field(() => [Edge], { description: 'The items with their cursors.' })
    edges!: Edge[];

    @Field(() => PageInfo, { description: 'Whether there is more.' })
    pageInfo!: PageInfo;

    @Field(() => Int, {
      nullable: true,
      complexity: 20,
      description:
        'How many items the whole list has, exactly, counted when it is asked for; null where there are more than `limits.itemsCounted`, and where counting takes too long.',
    })
    totalCount!: number | null;
  }
  return Connection;
}

export interface ConnectionOf<T> {
  edges: { node: T; cursor: string }[];
  pageInfo: PageInfo;
  readonly totalCount: Promise<number | null> | null;
}

export function toConnection<T>(page: Page<T>): ConnectionOf<T> {
  return {
    edges: page.rows,
    // Counted when it is asked for.
    get totalCount() {
      return page.total?.() ?? null;
    },
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: false,
      startCursor: page.rows[0]?.cursor ?? null,
      endCursor: page.rows.at(-1)?.cursor ?? null,
    },
  };
}
