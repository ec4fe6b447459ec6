import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { ProblemKind } from './problem-kind';

/** By code, for languages that the API does not speak; docs/errors.md has all codes. One that is not here is told in the API's own words. */
export const ERROR_TEXTS: Readonly<Record<string, MessageDescriptor>> = {
  NOT_SIGNED_IN: msg`You are not signed in, or your sign-in is no longer valid.`,
  NOT_ALLOWED: msg`Your role may not do this.`,
  NOT_FOUND: msg`Nothing with this id exists, or it is of another product.`,
  INTERNAL: msg`Updraft could not go on. Its log says why.`,
  STORE_UNAVAILABLE: msg`The database does not answer.`,
  ISSUER_UNAVAILABLE: msg`The identity provider does not answer.`,
  UNREACHABLE: msg`The platform gives no answer, or this browser has no connection to it.`,
  LAST_ADMINISTRATOR: msg`This is the last administrator. Create another one first.`,
  REQUIRED: msg`This must be given.`,
  INVALID_FORMAT: msg`Not in a valid format.`,
  OUT_OF_RANGE: msg`Outside the allowed range. Limit: {limit}.`,
  TOO_MANY: msg`Too many for one call. Limit: {limit}.`,
  BUSY: msg`The platform is busy. Try again in a moment.`,
  PRODUCT_UNKNOWN: msg`No product has this key.`,
  PRODUCT_EXISTS: msg`A product with this key exists already.`,
  PRODUCT_NOT_EMPTY: msg`The product still has devices, packages, batches or other things of its own.`,
  DEVICE_UNKNOWN: msg`No device of the product has this name.`,
  DEVICE_EXISTS: msg`A device of the product has this name already.`,
  GROUP_UNKNOWN: msg`There is no such group.`,
  GROUP_EXISTS: msg`A group with this name exists already.`,
  GROUP_FILLING: msg`The members of the dynamic group are still being looked for.`,
  LIST_UNKNOWN: msg`There is no such list of devices, or it has expired.`,
  LIST_NOT_CLEAN: msg`The list has rows that name no device, or is still being checked.`,
  FILE_EMPTY: msg`The file is empty.`,
  FILE_TOO_LARGE: msg`The file is too large: {limit}.`,
  FILE_FORMAT: msg`The file is not of a format that is taken, or ends early.`,
  DISK_FULL: msg`The disk of the platform is full.`,
  UPLOAD_CUT: msg`The upload ended before the file did.`,
  DIGEST_MISMATCH: msg`The bytes that arrived do not have the digest that was given.`,
  PACKAGE_EXISTS: msg`The product has a package with this module and version already.`,
  PACKAGE_UNKNOWN: msg`There is no such package.`,
  PACKAGE_IN_USE: msg`A batch that has not ended pushes the package.`,
  PACKAGE_UNVERIFIED: msg`The package must be verified first, and no verification has finished yet.`,
  SIGNATURE_INVALID: msg`No key of the product made this signature for this file.`,
  SIGNING_KEY_MISSING: msg`The product has no key to check the signature with.`,
  DOWNLOAD_PROTOCOL: msg`The package cannot be downloaded by this protocol.`,
  BATCH_EMPTY: msg`No device matches.`,
  BATCH_CONFLICT: msg`Another live batch pushes another package to the same module and source version.`,
  BATCH_STATE: msg`The batch is in a status in which this cannot be done.`,
  SOURCE_VERSION_REFUSED: msg`The package does not upgrade from this source version.`,
  SOURCE_IS_TARGET: msg`A source version equals the version that the package brings.`,
  RETRY_NOT_BEFORE_TIMEOUT: msg`The retry interval must be shorter than the time-out.`,
  RATE_BASE_ABOVE_MAXIMUM: msg`The base of the rate is above its maximum.`,
  DYNAMIC_BATCH_EXISTS: msg`The package has a dynamic batch of this kind already.`,
  IDEMPOTENCY_MISMATCH: msg`The same call was made before with another input.`,
};

/** After what is wrong, where nobody knows what has become of a command. */
export const WITHOUT_ANSWER = {
  lookFirst: msg`Nobody knows whether this was carried out. When the connection is back, look before you do it again. What you have typed stays here.`,
  sendAgain: msg`Nobody knows whether this was carried out. When the connection is back, send it again as it is: nothing is done twice. What you have typed stays here.`,
} as const;

/** Above what is wrong. */
export const TITLES: Readonly<Record<ProblemKind, MessageDescriptor>> = {
  unreachable: msg`The platform could not be reached`,
  notNow: msg`This is not possible just now`,
  failed: msg`Something went wrong`,
  refused: msg`This was refused`,
};
