import { ROLES } from '../model/access';
import {
  ACTOR_KINDS,
  AUDIT_KINDS,
  AUDIT_RESULTS,
  type AuditActor,
  type AuditCheckpoint,
  type AuditEntry,
  type AuditSegment,
} from '../model/audit';
import { date, list, nullable, number, oneOf, optional, schemaOf, text } from './declaration';

export const auditEntrySchema = schemaOf<AuditEntry>({
  _id: text,
  at: date,
  kind: oneOf(AUDIT_KINDS),
  action: text,
  actor: nullable(text),
  actorKind: nullable(oneOf(ACTOR_KINDS)),
  role: nullable(oneOf(ROLES)),
  madeBy: optional(text),
  address: nullable(text),
  correlationId: nullable(text),
  input: nullable(text),
  objects: list(text),
  before: nullable(text),
  after: nullable(text),
  result: oneOf(AUDIT_RESULTS),
  codes: list(text),
  count: number,
  mac: text,
  segment: nullable(number),
});
/** What is to be sealed, and what a segment has. */
auditEntrySchema.index({ segment: 1, _id: 1 });
auditEntrySchema.index({ actor: 1, _id: -1 });
auditEntrySchema.index({ objects: 1, _id: -1 });
auditEntrySchema.index({ correlationId: 1 });

export const auditSegmentSchema = schemaOf<AuditSegment>({
  _id: number,
  at: date,
  previous: text,
  ids: list(text),
  hashes: list(text),
  hash: text,
  signature: text,
});
auditSegmentSchema.index({ at: 1 });

export const auditCheckpointSchema = schemaOf<AuditCheckpoint>({ _id: number, at: date, hash: text, signature: text });

export const auditActorSchema = schemaOf<AuditActor>({
  _id: text,
  actorId: optional(text),
  kind: oneOf(ACTOR_KINDS),
  name: nullable(text),
  forgottenAt: nullable(date),
});
auditActorSchema.index({ actorId: 1 }, { unique: true, partialFilterExpression: { actorId: { $type: 'string' } } });
