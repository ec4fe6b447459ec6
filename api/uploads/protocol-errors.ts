import { UserError } from '../../core/errors';
import type { ErrorCode } from '../../schema/model/error-codes';

type Remedy = [words: RegExp, code: ErrorCode, field: string | undefined, hint: string];

/** What the handlers of tus say is wrong with a request, each with what to do about it. */
const REMEDIES: readonly Remedy[] = [
  [/^Tus-Resumable Required/, 'REQUIRED', 'Tus-Resumable', 'Send the header `Tus-Resumable: 1.0.0` with every request.'],
  [/^Upload-Offset header required/, 'REQUIRED', 'Upload-Offset', 'Send the offset that HEAD answers.'],
  [/^Content-Type header required/, 'REQUIRED', 'Content-Type', 'Send `Content-Type: application/offset+octet-stream`.'],
  [/^Upload-Length or/, 'REQUIRED', 'Upload-Length', 'Send the file’s length in bytes as Upload-Length, and no Upload-Defer-Length.'],
  [
    /^Upload-Metadata is invalid/,
    'INVALID_FORMAT',
    'Upload-Metadata',
    'Send pairs of a name and its value in base64, with commas between.',
  ],
  [/^Invalid .*content-type/i, 'INVALID_FORMAT', 'Content-Type', 'Send `Content-Type: application/offset+octet-stream`.'],
  [/^Invalid .*tus-resumable/i, 'INVALID_FORMAT', 'Tus-Resumable', 'Send `Tus-Resumable: 1.0.0`: no other version is spoken.'],
  [
    /^Invalid .*upload-metadata/i,
    'INVALID_FORMAT',
    'Upload-Metadata',
    'Send pairs of a name and its value in base64, with commas between.',
  ],
  [/^Invalid /, 'INVALID_FORMAT', undefined, 'Look at the headers that tus 1.0 has, and their values.'],
  [/^Concatenation/, 'INVALID_FORMAT', 'Upload-Concat', 'Send the file in one upload, not in parallel ones.'],
  [/^creation-defer-length/, 'INVALID_FORMAT', 'Upload-Defer-Length', 'Say the length of the file when the upload is created.'],
  [/^Cannot terminate/, 'UPLOAD_OFFSET', undefined, 'Leave it: it is complete.'],
  [/^Request aborted/, 'UPLOAD_CUT', undefined, 'Ask with HEAD where it goes on, and send from there.'],
  [/^failed to acquire lock/, 'BUSY', undefined, 'Another request is at this upload. Try again in a few seconds.'],
  [/conflict/i, 'UPLOAD_OFFSET', 'Upload-Offset', 'Ask with HEAD where it goes on, and send from there.'],
  [/^The file for this url/, 'UPLOAD_UNKNOWN', 'id', 'Create the upload with the same key, and use the address that answers.'],
  [/^Not found/, 'NOT_FOUND', undefined, 'Look at the method and the address; OPTIONS says what there is.'],
];

const OTHER: Remedy = [/^/, 'INVALID_FORMAT', undefined, 'Look at what tus 1.0 asks of this request.'];

/** The handlers' words as a refusal like all others. */
export function protocolError(words: string): UserError {
  const text = words.trim();
  const [, code, field, hint] = REMEDIES.find(([pattern]) => pattern.test(text)) ?? OTHER;
  const named = /^Invalid (\S+)/.exec(text)?.[1];
  return new UserError(code, { field: field ?? named, message: `The request is not as tus 1.0 has it: ${text}`, hint });
}
