import { UserError } from '../errors';

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
    field: 'declaredDigest',
    message: `The bytes that arrived do not have the declared ${algorithm === 'md5' ? 'MD5' : 'SHA-256'} digest; nothing was kept.`,
    hint: 'Upload again; if it happens again, compute the digest anew.',
  });
