import { FIXED_LIMITS } from '../../schema/model/limits';
import { UserError, UserErrors } from '../errors';

export const packageExists = (module: string, version: string, conflictingId: string): UserError =>
  new UserError('PACKAGE_EXISTS', {
    field: 'version',
    message: `The product has a package with the module ${module} and the version ${version} already.`,
    hint: 'Use that package, or give this one another version.',
    conflictingId,
  });

export const packageQuota = (maximum: number): UserError =>
  new UserError('PACKAGE_QUOTA', {
    message: `There are ${maximum} packages already, as many as there may be.`,
    hint: 'Raise the limit in the settings.',
    limit: `${maximum} packages`,
  });

/** Neither digest is quoted: the declared one is a caller's text. */
export const digestMismatch = (algorithm: 'md5' | 'sha256'): UserError =>
  new UserError('DIGEST_MISMATCH', {
    field: 'digest',
    message: `The bytes that arrived do not have the declared ${algorithm === 'md5' ? 'MD5' : 'SHA-256'} digest; nothing was kept.`,
    hint: 'Upload again; if it happens again, compute the digest anew.',
  });

export const packageUnknown = (field = 'packageId'): UserError =>
  new UserError('PACKAGE_UNKNOWN', {
    field,
    message: 'No package has this id.',
    hint: 'Query `packages` for the ids there are, or upload the package first.',
  });

const SHOWN = 5;

/** R-PKG-14. */
export function packageInUse(batches: readonly { _id: string; name: string }[]): UserError {
  const named = batches.slice(0, SHOWN).map(({ name, _id }) => `${name} (${_id})`);
  const more = batches.length > SHOWN ? ' and more' : '';
  return new UserError('PACKAGE_IN_USE', {
    field: 'packageId',
    message: `The package is being pushed by ${named.join(', ')}${more}.`,
    hint: 'Cancel these batches, or wait until they have ended.',
    conflictingId: batches[0]?._id,
  });
}

/** R-PKG-9. */
export const packageUnverified = (packageId: string): UserError =>
  new UserError('PACKAGE_UNVERIFIED', {
    field: 'packageId',
    message: 'The package asks for a verification, and none has ended yet.',
    hint: 'Verify it on up to 10 devices with `verifyPackage`, and create the batch when that has ended.',
    conflictingId: packageId,
  });

export const noFile = (): UserError =>
  new UserError('FILE_MISSING', { field: 'file', message: 'The upload carries no file.', hint: 'Send at least one file.' });

/** R-PKG-10. */
export const tooManyFiles = (): UserError =>
  new UserError('TOO_MANY', {
    field: 'file',
    message: `The package has more than ${FIXED_LIMITS.packageFiles} files; nothing was kept.`,
    hint: 'Put several files into an archive.',
    limit: `${FIXED_LIMITS.packageFiles} files`,
  });

export const fileTwice = (): UserError =>
  new UserError('INVALID_FORMAT', {
    field: 'file',
    message: 'The package has a file of this name already.',
    hint: 'Devices tell files apart by their names: give each its own.',
  });

export const signingKeyMissing = (): UserError =>
  new UserError('SIGNING_KEY_MISSING', {
    field: 'signature',
    message: 'The product has no key to check the signature with.',
    hint: 'Add the public key with `addSigningKey` first.',
  });

export const signatureInvalid = (): UserError =>
  new UserError('SIGNATURE_INVALID', {
    field: 'signature',
    message: 'No key of the product made this signature for this file; nothing was kept.',
    hint: 'Sign the 64 lower-case hex digits of the file’s SHA-256 with the private key of one of `product.signingKeys`.',
  });

/** A refusal of a further file says which it is; the first is `file`, as it is when there is only one. */
export function ofFile(error: unknown, index: number): unknown {
  if (index === 0) return error;
  if (error instanceof UserErrors) return new UserErrors(error.errors.map((each) => ofFile(each, index) as UserError));
  if (!(error instanceof UserError)) return error;
  const { code, field, message, hint, limit, conflictingId } = error;
  return new UserError(code, {
    field: `${field ?? 'file'}.${index}`,
    message: `File ${index + 1}: ${message}`,
    hint,
    limit,
    conflictingId,
  });
}
