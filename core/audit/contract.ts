import type { AuditEntry, AuditKind, AuditResult } from '../../schema/model/audit';
import type { Viewer } from '../access/viewer';
import type { Page, PageRequest } from '../paging/page';

/** What somebody did. Where it came from, and its correlation id, are those of the call (`core/call.ts`). */
export interface AuditEvent {
  kind: Exclude<AuditKind, 'OMITTED' | 'REFUSAL'>;
  action: string;
  viewer: Viewer | null;
  /** Without secrets; so are `before` and `after`. */
  input?: unknown;
  objects?: readonly string[];
  before?: object | null;
  after?: object | null;
  result: AuditResult;
  codes?: readonly string[];
}

export type RefusedEvent = Pick<AuditEvent, 'action' | 'viewer' | 'input' | 'objects' | 'codes'>;

export interface AuditFilter {
  /** A key's id, a person's, or a pseudonym. */
  actor?: string | null;
  action?: string | null;
  object?: string | null;
  correlationId?: string | null;
  kind?: AuditKind | null;
  result?: AuditResult | null;
  since?: Date | null;
  until?: Date | null;
}

/** An entry with who it was, as far as that is still known. */
export interface ShownEntry extends Omit<AuditEntry, 'mac'> {
  actorId: string | null;
  actorName: string | null;
}

export interface AuditService {
  /** Resolves when the entry is in the store: an answer waits for it. */
  record(event: AuditEvent): Promise<void>;
  /** Somebody was not let do something. Beyond a bound an entry stands for many; never throws. */
  refused(event: RefusedEvent): Promise<void>;
  /** The newest first. For administrators. */
  entries(viewer: Viewer, filter: AuditFilter, page: PageRequest): Promise<Page<ShownEntry>>;
  /** The oldest first, as fast as they are taken. For administrators. */
  export(viewer: Viewer, since: Date | null): AsyncIterable<ShownEntry>;
  /** The filter with the name that entries have for its actor. */
  named(filter: AuditFilter): Promise<AuditFilter>;
  /** Of entries that were just added. */
  shown(entries: readonly AuditEntry[]): Promise<ShownEntry[]>;
  /**
   * Forgets whom a pseudonym stands for; what they do from now on is under another one. Gives the pseudonym, also when it was forgotten
   * before. For administrators. Throws NOT_FOUND.
   */
  forgetPerson(viewer: Viewer, actor: string): Promise<string>;
}
