import { Schema } from 'mongoose';
import type { FirmwarePackage, PackageFile } from '../model/fleet';
import { DIGEST_ALGORITHMS } from '../model/package/package-fields';
import { PACKAGE_KINDS, VERIFICATION_STATES } from '../model/package/package-rules';
import { storedIn } from './options';

const fileSchema = new Schema<PackageFile>(
  {
    fileId: { type: String, required: true },
    name: { type: String, required: true },
    size: { type: Number, required: true, min: 1 },
    md5: { type: String, required: true },
    sha256: { type: String, required: true },
    signedBy: String,
    digestSign: { keyId: String, value: String },
  },
  { _id: false },
);

export const packageSchema = new Schema<FirmwarePackage>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    productKey: { type: String, required: true },
    module: { type: String, required: true },
    version: { type: String, required: true },
    /** May be empty, which `required` would refuse. */
    description: { type: String, default: '' },
    customInfo: String,
    digestAlgorithm: { type: String, enum: DIGEST_ALGORITHMS, required: true },
    files: { type: [fileSchema], required: true },
    streamId: { type: Number, min: 1, max: 0xffff_ffff },
    idempotency: { type: Schema.Types.Mixed },
    kind: { type: String, enum: PACKAGE_KINDS, required: true },
    sourceVersions: { type: [String], default: [] },
    verification: {
      required: { type: Boolean, required: true },
      state: { type: String, enum: VERIFICATION_STATES, required: true },
      verifiedAt: { type: Date, default: null },
    },
    deletedAt: { type: Date, default: null },
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  storedIn('packages'),
);

packageSchema.index({ productKey: 1, module: 1, version: 1 }, { unique: true });
/** What a device asks for over MQTT (R-DL-3); two packages never share one. */
packageSchema.index({ streamId: 1 }, { unique: true, partialFilterExpression: { streamId: { $type: 'number' } } });
/** One package an idempotency key, also for two callers at once. */
packageSchema.index({ 'idempotency.key': 1 }, { unique: true, partialFilterExpression: { 'idempotency.key': { $type: 'string' } } });
/** The sweep of files without a package. */
packageSchema.index({ 'files.fileId': 1 });
