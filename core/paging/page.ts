/** Keyset paging: `after` is the opaque cursor of the last row a caller has. */
export interface PageRequest {
  /** 1 to `limits.pageSize`; `limits.pageSizeByDefault` when not given. */
  first?: number | null;
  after?: string | null;
}

export interface Page<T> {
  rows: { node: T; cursor: string }[];
  hasNextPage: boolean;
}
