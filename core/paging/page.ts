/** Keyset paging: `after` is the opaque cursor of the last row a caller has. */
export interface PageRequest {
  /** 1 to `limits.pageSize`; `limits.pageSizeByDefault` when not given. */
  first?: number | null;
  after?: string | null;
}

export interface Page<T> {
  rows: { node: T; cursor: string }[];
  hasNextPage: boolean;
  /** Of the whole list, exact, or null where it is not cheap to count. Absent: the list can't tell. */
  total?(): Promise<number | null>;
}
