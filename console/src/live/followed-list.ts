/** A list that somebody reads while it changes: its rows keep their places, and what has come is counted until they want to see it. */
export interface FollowedList<T> {
  readonly rows: readonly T[];
  /** Rows that are no more: they are shown as such. */
  readonly gone: ReadonlySet<string>;
  /** What fits by now and is not among the rows. */
  readonly unseen: ReadonlySet<string>;
}

interface Identified {
  readonly id: string;
}

export const followed = <T extends Identified>(rows: readonly T[]): FollowedList<T> => ({ rows, gone: new Set(), unseen: new Set() });

const withId = (set: ReadonlySet<string>, id: string, isIn: boolean): ReadonlySet<string> => {
  if (set.has(id) === isIn) return set;
  const next = new Set(set);
  if (isIn) next.add(id);
  else next.delete(id);
  return next;
};

/** A change: `row` is null when it is no more; `fits` says of one that is not among the rows whether it would be. */
export function changed<T extends Identified>(
  list: FollowedList<T>,
  id: string,
  row: T | null,
  fits: (row: T) => boolean,
): FollowedList<T> {
  const at = list.rows.findIndex((each) => each.id === id);
  if (at === -1) {
    const unseen = withId(list.unseen, id, row !== null && fits(row));
    return unseen === list.unseen ? list : { ...list, unseen };
  }
  return { ...list, rows: row ? list.rows.with(at, row) : list.rows, gone: withId(list.gone, id, row === null) };
}
