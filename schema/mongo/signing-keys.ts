import { Schema } from 'mongoose';
import type { SigningKey } from '../model/fleet';
import { SIGNATURE_ALGORITHMS } from '../model/package/signature';
import { storedIn } from './options';

export const signingKeySchema = new Schema<SigningKey>(
  {
    _id: { type: String, required: true },
    productKey: { type: String, required: true },
    name: { type: String, required: true },
    algorithm: { type: String, enum: SIGNATURE_ALGORITHMS, required: true },
    publicKeyPem: { type: String, required: true },
    fingerprint: { type: String, required: true },
    addedBy: { type: String, required: true },
    addedAt: { type: Date, required: true },
  },
  storedIn('signingKeys'),
);

/** One key once, whatever its name; also the keys of a product. */
signingKeySchema.index({ productKey: 1, fingerprint: 1 }, { unique: true });
