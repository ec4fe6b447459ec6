import type { Problem, Result } from '@updraft/client';
import { useState } from 'react';
import { useLoaded } from './use-loaded';

interface Connection<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface Pages<Node> {
  /** Null until the first answer. */
  readonly rows: readonly Node[] | null;
  readonly problems: readonly Problem[];
  readonly loading: boolean;
  readonly hasMore: boolean;
  readMore(): void;
  reload(): void;
}

/** A list, read page by page as somebody asks for more. Another key begins with the first page again. */
export function usePages<Data, Node>(
  key: string | null,
  read: (after: string | null) => Promise<Result<Data>>,
  connectionOf: (data: Data) => Connection<Node> | null,
): Pages<Node> {
  const [asked, setAsked] = useState({ key, pages: 1 });
  const pages = asked.key === key ? asked.pages : 1;
  const { data, problems, loading, reload } = useLoaded<{ rows: readonly Node[]; more: boolean }>(key && `${key} ${pages}`, async () => {
    const rows: Node[] = [];
    let after: string | null = null;
    for (let page = 0; page < pages; page += 1) {
      const result = await read(after);
      if (!result.ok) return result as Result<never>;
      const connection = connectionOf(result.data);
      rows.push(...(connection?.edges ?? []).map(({ node }) => node));
      after = connection?.pageInfo.hasNextPage ? connection.pageInfo.endCursor : null;
      if (after === null) break;
    }
    return { ok: true, data: { rows, more: after !== null } };
  });
  return {
    rows: data?.rows ?? null,
    problems,
    loading,
    hasMore: data?.more ?? false,
    readMore: () => setAsked({ key, pages: pages + 1 }),
    reload,
  };
}

const MOST_PAGES = 20;

/** All of a short list: what a field offers to choose from. */
export async function readAll<Data, Node>(
  read: (after: string | null) => Promise<Result<Data>>,
  connectionOf: (data: Data) => Connection<Node> | null,
): Promise<Result<readonly Node[]>> {
  const rows: Node[] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const result = await read(after);
    if (!result.ok) return result as Result<never>;
    const connection = connectionOf(result.data);
    rows.push(...(connection?.edges ?? []).map(({ node }) => node));
    if (!connection?.pageInfo.hasNextPage) break;
    after = connection.pageInfo.endCursor;
  }
  return { ok: true, data: rows };
}
