/** Every refusal a user can meet. `docs/errors.md` lists each with its meaning; a test compares the two. */
export const ERROR_CODES = {
  NOT_SIGNED_IN: 'No valid API key came with the request.',
  NOT_ALLOWED: 'The API key is valid, but its role may not do this.',
  NOT_FOUND: 'Nothing with this id exists, or it is of another product.',
  INTERNAL: 'Updraft could not go on; the message carries an id that is in the log.',

  REQUIRED: 'A field that must be given is missing or empty.',
  INVALID_FORMAT: 'A value has characters, a length or a form that the field does not take.',
  OUT_OF_RANGE: 'A number is below or above its limits, or not one of the values offered.',
  TOO_MANY: 'A list is longer than one call takes.',
  INVALID_CURSOR: 'The cursor of a page or an event stream is not one this list gave out.',
  QUERY_TOO_COMPLEX: 'The GraphQL document is deeper or costlier than the limit.',

  PRODUCT_UNKNOWN: 'No product has this key.',
  PRODUCT_EXISTS: 'A product with this key exists already.',
  DEVICE_UNKNOWN: 'No device of the product has this name.',
  DEVICE_EXISTS: 'A device of the product has this name already, or the list names it twice.',

  FILE_EMPTY: 'The uploaded file has no bytes.',
  FILE_TOO_LARGE: 'The uploaded file passes the size limit.',
  FILE_FORMAT: 'The file name does not end in a format that is taken, its first bytes are not of that format, or it ends early.',
  FILE_MISSING: 'The upload carries no file, or a part that is none.',
  UPLOAD_CUT: 'The upload ended before the file did; nothing of it was kept.',
  UPLOAD_UNKNOWN: 'No upload of this API key has this id: it never had, it was removed, or a package uses it already.',
  UPLOAD_UNFINISHED: 'Bytes of the upload are still missing.',
  UPLOAD_QUOTA: 'As many resumable uploads as there may be wait to become packages.',
  UPLOAD_OFFSET: 'Bytes came for another place than where the upload goes on, or another connection goes on with it.',
  DIGEST_MISMATCH: 'The bytes that arrived do not have the digest that was declared.',
  PACKAGE_EXISTS: 'The product has a package with this module and version already.',
  PACKAGE_QUOTA: 'The account holds as many packages as it may.',
  PACKAGE_UNKNOWN: 'No package has this id.',
  PACKAGE_IN_USE: 'A batch that has not ended pushes the package.',
  PACKAGE_UNVERIFIED: 'The package asks for a verification, and none has ended yet.',
  SIGNING_KEY_REFUSED: 'The public key is not one, is of a kind that is not taken, or too short.',
  SIGNING_KEY_EXISTS: 'The product has a signing key with this name, or this key, already.',
  SIGNING_KEY_MISSING: 'The upload carries a signature, and the product has no key to check it with.',
  SIGNATURE_INVALID: 'The signature is not one that a key of the product made for this file.',
  DOWNLOAD_REFUSED: 'The download address is not one that was given out, has expired, or its task has ended.',

  DOWNLOAD_UNAUTHORIZED: 'The download needs the access token that was sent with its address, in an Authorization header.',
  DOWNLOAD_PROTOCOL: 'The package cannot be downloaded by this protocol: MQTT takes one file, up to a size.',

  BATCH_EMPTY: 'No device matches the scope.',
  SOURCE_VERSION_REFUSED: 'The package does not upgrade from a source version that was named.',
  SOURCE_IS_TARGET: 'A source version equals the version the package brings.',
  RETRY_NOT_BEFORE_TIMEOUT: 'The retry interval is not shorter than the time-out.',
  BATCH_STATE: 'The batch is in a state in which this cannot be done.',
  BATCH_UNKNOWN: 'No batch has this id.',
  IDEMPOTENCY_MISMATCH: 'The idempotency key was used before with another input.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
