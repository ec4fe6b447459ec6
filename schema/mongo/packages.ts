import { Schema } from 'mongoose';
import type { FirmwarePackage, PackageFile } from '../model/fleet';
import { storedIn } from './options';

const fileSchema = new Schema<PackageFile>(
  {
    fileId: { type: String, required: true },
    name: { type: String, required: true },
    size: { type: Number, required: true, min: 1 },
    md5: { type: String, required: true },
    sha256: { type: String, required: true },
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
    digestAlgorithm: { type: String, enum: ['MD5', 'SHA256'], required: true },
    files: { type: [fileSchema], required: true },
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  storedIn('packages'),
);

packageSchema.index({ productKey: 1, module: 1, version: 1 }, { unique: true });
/** The sweep of files without a package. */
packageSchema.index({ 'files.fileId': 1 });
