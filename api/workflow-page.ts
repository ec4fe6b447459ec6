import type { Viewer } from '../core/access/viewer';

/** Temporal's web page, where there is one. */
export interface WorkflowPages {
  url: string;
  namespace: string;
}

/**
 * The address of all runs of a workflow, the newest first: a device's next upgrade is another run of the same, and who looks for one that is
 * no longer kept gets an empty list. The page shows workflows of every product, so it is for those who are not limited to some.
 */
export function workflowUrlOf(workflowId: string, { products }: Viewer, pages: WorkflowPages | null): string | null {
  if (pages === null || products !== null) return null;
  const query = `WorkflowId="${workflowId}"`;
  return `${pages.url}/namespaces/${encodeURIComponent(pages.namespace)}/workflows?${new URLSearchParams({ query })}`;
}
