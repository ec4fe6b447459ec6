import type { FirmwarePackage, PackageFile } from '../model/package/firmware-package';
import { DIGEST_ALGORITHMS } from '../model/package/package-fields';
import { PACKAGE_KINDS, type PackageVerification, VERIFICATION_STATES } from '../model/package/package-rules';
import { date, flag, idempotency, list, nullable, number, object, oneOf, optional, schemaOf, text } from './declaration';

const file = object<PackageFile>({
  fileId: text,
  name: text,
  size: number,
  md5: text,
  sha256: text,
  signedBy: optional(text),
  digestSign: optional(object<{ keyId: string; value: string }>({ keyId: text, value: text })),
});

const verification = object<PackageVerification>({
  required: flag,
  state: oneOf(VERIFICATION_STATES),
  verifiedAt: nullable(date),
});

export const packageSchema = schemaOf<FirmwarePackage>({
  _id: text,
  name: text,
  productKey: text,
  module: text,
  version: text,
  description: text,
  customInfo: optional(text),
  digestAlgorithm: oneOf(DIGEST_ALGORITHMS),
  files: list(file),
  streamId: optional(number),
  idempotency: optional(nullable(idempotency)),
  kind: oneOf(PACKAGE_KINDS),
  sourceVersions: list(text),
  verification,
  deletedAt: optional(nullable(date)),
  createdBy: text,
  createdAt: date,
});

packageSchema.index({ productKey: 1, module: 1, version: 1 }, { unique: true });
/** What a device asks for over MQTT (R-DL-3); two packages never share one. */
packageSchema.index({ streamId: 1 }, { unique: true, partialFilterExpression: { streamId: { $type: 'number' } } });
/** One package an idempotency key, also for two callers at once. */
packageSchema.index({ 'idempotency.key': 1 }, { unique: true, partialFilterExpression: { 'idempotency.key': { $type: 'string' } } });
/** The sweep of files without a package. */
packageSchema.index({ 'files.fileId': 1 });
