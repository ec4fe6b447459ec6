import type { AuditEntry } from '../../schema/model/audit';
import type { AuditFilter } from './contract';

/** Whether the conditions that an entry is looked up by hold for one that is at hand. */
export function matches({ actor, action, object, correlationId, kind, result, since, until }: AuditFilter, entry: AuditEntry): boolean {
  return (
    (!actor || entry.actor === actor) &&
    (!action || entry.action === action) &&
    (!object || entry.objects.includes(object)) &&
    (!correlationId || entry.correlationId === correlationId) &&
    (!kind || entry.kind === kind) &&
    (!result || entry.result === result) &&
    (!since || entry.at >= since) &&
    (!until || entry.at < until)
  );
}
