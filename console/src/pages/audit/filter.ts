import type { ShownEntryFragment } from '../../generated/pages/audit/documents';
import { KINDS, RESULTS } from './looks';

export const FILTERS = ['action', 'actor', 'object', 'kind', 'result', 'since', 'until', 'request'] as const;

interface AuditFilter {
  readonly action: string | null;
  readonly actor: string | null;
  readonly object: string | null;
  readonly kind: ShownEntryFragment['kind'] | null;
  readonly result: ShownEntryFragment['result'] | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly correlationId: string | null;
}

/** A moment as a field of the browser has it, in local time; null where it is none. */
function momentOf(text: string): string | null {
  const at = new Date(text);
  return text === '' || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** What the address asks for; what is no filter is not looked at. */
export const filterOf = (get: (name: string) => string): AuditFilter => ({
  action: get('action') || null,
  actor: get('actor') || null,
  object: get('object') || null,
  kind: KINDS.find((each) => each === get('kind')) ?? null,
  result: RESULTS.find((each) => each === get('result')) ?? null,
  since: momentOf(get('since')),
  until: momentOf(get('until')),
  correlationId: get('request') || null,
});
