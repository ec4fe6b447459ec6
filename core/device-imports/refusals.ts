import { DIALECTS } from '../../schema/model/protocol/dialect';
import type { Violation } from '../../schema/model/violation';
import { UserError } from '../errors';

export const replaced = (): UserError =>
  new UserError('IMPORT_REPLACED', {
    field: 'idempotencyKey',
    message: 'Another upload with this idempotency key has taken the place of this one.',
    hint: 'Send a file once at a time, or each with a key of its own. Nothing of this upload was kept.',
  });

export const tooManyAtOnce = (limit: number): UserError =>
  new UserError('IMPORT_BUSY', {
    field: 'file',
    message: 'As many files are being checked as may be at once.',
    hint: 'Send it again when another import has been checked. Nothing of it was kept.',
    limit: `${limit} at once`,
  });

export const otherInput = (conflictingId: string): UserError =>
  new UserError('IDEMPOTENCY_MISMATCH', {
    field: 'idempotencyKey',
    message: 'This idempotency key was used with another file, product or `skipInvalid`.',
    hint: 'Use a new key for a new import.',
    conflictingId,
  });

export const importUnknown = (): UserError =>
  new UserError('NOT_FOUND', {
    field: 'importId',
    message: 'There is no import with this id, or it has been forgotten.',
    hint: 'Look at the id; an import is forgotten a day after its end.',
  });

export const importUnfinished = (): UserError =>
  new UserError('IMPORT_UNFINISHED', {
    field: 'importId',
    message: 'The import has not ended yet.',
    hint: 'Wait for the status FINISHED: `importProgress` tells.',
  });

export const notYours = (): UserError =>
  new UserError('NOT_ALLOWED', {
    field: 'importId',
    message: 'The secrets of an import are for the API key that sent its file, and for administrators.',
    hint: 'Use that key, or the key of an administrator.',
  });

export const DIALECT_UNKNOWN: Violation = {
  code: 'INVALID_FORMAT',
  field: 'dialect',
  message: `The row names a dialect that there is not: it is one of ${DIALECTS.join(', ')}.`,
  hint: 'Name one of them, or leave it out for that of the product.',
};

export const PARENT_MISSING: Violation = {
  code: 'REQUIRED',
  field: 'parent',
  message: 'The row names the product of a parent, and no parent.',
  hint: 'Name both, or neither.',
};
