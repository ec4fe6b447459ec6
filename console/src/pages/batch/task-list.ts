export interface Row {
  readonly id: string;
  readonly status: string;
  readonly deviceName: string;
}

/** The part of a batch's tasks that was read, in the order of the API, kept true by its events. */
export interface TaskList<T extends Row> {
  readonly rows: readonly T[];
  readonly endCursor: string | null;
  readonly hasMore: boolean;
  /** Tasks that fit by now and are not among the rows: the list has to be read again to show them. */
  readonly unseen: ReadonlySet<string>;
}

export interface Page<T> {
  readonly edges: readonly { readonly node: T }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export const emptyList = <T extends Row>(): TaskList<T> => ({ rows: [], endCursor: null, hasMore: true, unseen: new Set() });

/** A page behind what was read. A task that is there already, because it changed its place, stays where it is. */
export function withPage<T extends Row>(list: TaskList<T>, { edges, pageInfo }: Page<T>): TaskList<T> {
  const known = new Set(list.rows.map(({ id }) => id));
  const rows = [...list.rows, ...edges.map(({ node }) => node).filter(({ id }) => !known.has(id))];
  return { rows, endCursor: pageInfo.endCursor, hasMore: pageInfo.hasNextPage, unseen: list.unseen };
}

/** A task as it is now: in its row, out of the list where it does not fit any more, or counted where it comes to fit. */
export function withChange<T extends Row>(list: TaskList<T>, task: T, fits: (task: T) => boolean): TaskList<T> {
  const at = list.rows.findIndex(({ id }) => id === task.id);
  if (at === -1) {
    // Behind the last page that was read it is found by reading on.
    if (list.hasMore || fits(task) === list.unseen.has(task.id)) return list;
    const unseen = new Set(list.unseen);
    if (fits(task)) unseen.add(task.id);
    else unseen.delete(task.id);
    return { ...list, unseen };
  }
  const rows = fits(task) ? list.rows.with(at, task) : list.rows.toSpliced(at, 1);
  return { ...list, rows };
}
