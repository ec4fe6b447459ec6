import { type Result, unwrap } from './problems.js';

/** A page of a list, as every list of the API has it. */
export interface Page<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Null for the first page. */
export type FetchPage<Node> = (after: string | null) => Promise<Result<Page<Node> | null>>;

/** The next page is fetched when it is needed. */
export async function* itemsOf<Node>(fetchPage: FetchPage<Node>): AsyncGenerator<Node, void, void> {
  for (let after: string | null = null; ; ) {
    const page: Page<Node> | null = unwrap(await fetchPage(after));
    for (const { node } of page?.edges ?? []) yield node;
    if (!page?.pageInfo.hasNextPage) return;
    after = page.pageInfo.endCursor;
  }
}

export async function listOf<Node>(fetchPage: FetchPage<Node>): Promise<Result<Node[]>> {
  const nodes: Node[] = [];
  for (let after: string | null = null; ; ) {
    const result: Result<Page<Node> | null> = await fetchPage(after);
    if (!result.ok) return { ...result, data: null };
    for (const { node } of result.data?.edges ?? []) nodes.push(node);
    if (!result.data?.pageInfo.hasNextPage) return { ok: true, data: nodes };
    after = result.data.pageInfo.endCursor;
  }
}
