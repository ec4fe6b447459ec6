import type { AuditKind, AuditResult } from '../../schema/model/audit';
import { enumOf } from '../enums';

export const AuditKindEnum = enumOf<AuditKind>('AuditKind', 'What kind of thing was done.', {
  MUTATION: 'A field of `Mutation`.',
  REQUEST: 'An upload, or a download of secrets or of the audit trail.',
  SIGN_IN: 'A browser session was opened or ended.',
  REFUSAL: 'Somebody was not let do something, or what they gave was refused.',
  OMITTED: 'Refusals that have no entry of their own, because there were too many.',
});

export const AuditResultEnum = enumOf<AuditResult>('AuditResult', 'What came of it.', {
  OK: 'It was done.',
  REFUSED: 'It was not done.',
  FAILED: 'Updraft could not go on, or the connection was cut: it may have been done.',
});
