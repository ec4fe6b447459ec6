import { UserError } from '../errors';

export const uploadUnknown = (field = 'uploadId'): UserError =>
  new UserError('UPLOAD_UNKNOWN', {
    field,
    message: 'The API key has no upload with this id.',
    hint: 'Create the upload with the same key, within the hours that `limits.uploadHours` says; a package uses an upload once.',
  });

export const sameCallUnderWay = (): UserError =>
  new UserError('BUSY', {
    field: 'idempotencyKey',
    message: 'The same call came before, and is still under way.',
    hint: 'Send it again in a minute, with the same idempotency key.',
  });

export const uploadUnfinished = (field: string, missing: number): UserError =>
  new UserError('UPLOAD_UNFINISHED', {
    field,
    message: `The upload lacks ${missing} bytes.`,
    hint: 'Go on with it: HEAD says from which byte.',
  });

export const uploadQuota = (limit: number, of: string): UserError =>
  new UserError('UPLOAD_QUOTA', {
    message: `There are ${limit} uploads ${of} already that no package uses, as many as there may be.`,
    hint: 'Make packages of them, or end those that are not needed with DELETE.',
    limit: `${limit} uploads`,
  });

export const uploadOffset = (): UserError =>
  new UserError('UPLOAD_OFFSET', {
    field: 'Upload-Offset',
    message: 'The upload does not go on from this byte, or another connection goes on with it.',
    hint: 'Ask with HEAD where it goes on, and send from there.',
  });

export const uploadTooLong = (): UserError =>
  new UserError('FILE_TOO_LARGE', {
    field: 'Upload-Length',
    message: 'More bytes came than the upload was said to have.',
    hint: 'Create the upload with the length of the file.',
  });
