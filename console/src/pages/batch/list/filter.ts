import type { BatchFilterInput, BatchKind, BatchStatus } from '../../../generated/pages/batch/documents.js';

/** Names in the address. */
export const FILTERS = ['status', 'product', 'kind', 'text', 'from', 'to'] as const;
export type FilterName = (typeof FILTERS)[number];

const KINDS: readonly BatchKind[] = ['STATIC', 'DYNAMIC', 'VERIFICATION'];
const STATUSES: readonly BatchStatus[] = ['CANCELED', 'FAILED', 'FINISHED', 'HALTED', 'PAUSED', 'RUNNING', 'SCHEDULED', 'STARTING'];
const DAY = /^\d{4}-\d\d-\d\d$/;

/** The beginning of a day of the viewer, so many days later; null: it is none. */
function dayOf(text: string, later = 0): string | null {
  if (!DAY.test(text)) return null;
  const [year, month, day] = text.split('-').map(Number) as [number, number, number];
  const at = new Date(year, month - 1, day + later);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** What an address asks for, as the API takes it; what is none of its values is left out. */
export function filterOf(value: (name: FilterName) => string): BatchFilterInput {
  const status = STATUSES.find((each) => each === value('status'));
  const kind = KINDS.find((each) => each === value('kind'));
  const [createdFrom, createdBefore] = [dayOf(value('from')), dayOf(value('to'), 1)];
  return {
    ...(status && { statuses: [status] }),
    ...(kind && { kind }),
    ...(value('product') && { productKey: value('product') }),
    ...(value('text') && { text: value('text') }),
    ...(createdFrom && { createdFrom }),
    ...(createdBefore && { createdBefore }),
  };
}

interface Filtered {
  readonly name: string;
  readonly productKey: string;
  readonly status: BatchStatus;
  readonly kind: BatchKind;
  readonly createdAt: string;
}

/** Whether a batch is one that the filter asks for, as the API decides it. */
export function fits(filter: BatchFilterInput, { name, productKey, status, kind, createdAt }: Filtered): boolean {
  const at = Date.parse(createdAt);
  return (
    (!filter.statuses?.length || filter.statuses.includes(status)) &&
    (!filter.kind || filter.kind === kind) &&
    (!filter.productKey || filter.productKey === productKey) &&
    (!filter.text || name.toLowerCase().includes(filter.text.toLowerCase())) &&
    (!filter.createdFrom || at >= Date.parse(filter.createdFrom)) &&
    (!filter.createdBefore || at < Date.parse(filter.createdBefore))
  );
}
