import type { RequestHandler, Response } from 'express';
import { UserError } from '../../core/errors';
import type { PackageService } from '../../core/packages/contract';
import type { ErrorCode } from '../../schema/model/error-codes';
import { FIXED_LIMITS } from '../../schema/model/limits';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { toUserErrorType, userErrorsOf } from '../errors/as-payload';
import { type ErrorLog, maskedAs } from '../errors/present';
import { API_LIMITS } from '../limits';
import { viewerOf } from '../transport/signed-in';
import { type FormLimits, readUpload } from './package-upload';
import { queryOptions } from './query-options';
import { sendJson } from './send-json';

/** Of a file, by whichever way it comes. */
export const FILE_STATUS: Partial<Record<ErrorCode, number>> = {
  NOT_ALLOWED: 403,
  FILE_TOO_LARGE: 413,
  FILE_FORMAT: 415,
  STORE_UNAVAILABLE: 503,
  DISK_FULL: 507,
};

/** Any other is 422. */
export const UPLOAD_STATUS: Partial<Record<ErrorCode, number>> = {
  ...FILE_STATUS,
  REQUIRED: 400,
  NOT_SIGNED_IN: 401,
  PACKAGE_EXISTS: 409,
  PACKAGE_QUOTA: 409,
  FILE_MISSING: 400,
  UPLOAD_CUT: 400,
  IMPORT_BUSY: 429,
  IMPORT_REPLACED: 409,
  IMPORT_UNFINISHED: 409,
  IDEMPOTENCY_MISMATCH: 409,
  NOT_FOUND: 404,
  BATCH_UNKNOWN: 404,
  BATCH_STATE: 409,
};

/** `POST /packages`, multipart: the fields, then the files (R-PKG-1, R-PKG-2, R-PKG-10). 201 with the package, or `{errors}`. */
export const uploadPackage =
  (packages: Pick<PackageService, 'create'>, limits: FormLimits, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    const viewer = viewerOf(res);
    try {
      queryOptions(req, []);
      const length = Number(req.headers['content-length'] ?? 0);
      refuseLength(length, limits.fileBytes * FIXED_LIMITS.packageFiles);
      const pkg = await readUpload(req, limits, (input, files) => packages.create(viewer, input, files, length));
      sendJson(res, 201, packageJson(pkg));
    } catch (error) {
      refuse(res, error, log);
    }
  };

/** What can be said before a file begins; each file's own bytes are counted as they come. */
function refuseLength(bytes: number, filesBytes: number): void {
  if (bytes <= filesBytes + API_LIMITS.formBytes) return;
  throw new UserError('FILE_TOO_LARGE', {
    field: 'file',
    message: 'The upload is larger than all files of a package may be.',
    hint: 'Make the files smaller.',
    limit: `${filesBytes} bytes`,
  });
}

export function refuse(res: Response, error: unknown, log: ErrorLog): void {
  if (res.destroyed || res.headersSent) return;
  const refusals = userErrorsOf(error);
  const first = refusals?.[0];
  if (!refusals || !first) {
    const id = maskedAs(log, error);
    sendJson(res, 500, { errors: [{ code: 'INTERNAL', message: `Something went wrong inside Updraft. The log has it as ${id}.`, id }] });
    return;
  }
  const status = first.field === 'Content-Type' ? 415 : (UPLOAD_STATUS[first.code] ?? 422);
  sendJson(res, status, { errors: refusals.map((one) => toUserErrorType(one)) });
}

/** The package as GraphQL shows it. */
const packageJson = ({ _id, files, createdBy: _createdBy, deletedAt: _deletedAt, ...rest }: FirmwarePackage) => ({
  id: _id,
  ...rest,
  files: files.map(({ name, size, md5, sha256, signedBy = null }) => ({ name, size, md5, sha256, signedBy })),
});
