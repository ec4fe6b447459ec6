import { Schema } from 'mongoose';
import type { Product } from '../model/fleet';
import { DIALECTS } from '../model/protocol/dialect';
import { storedIn } from './options';

export const productSchema = new Schema<Product>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    dialect: { type: String, enum: DIALECTS, required: true },
    selfSignedUrls: Boolean,
    confirmByQuery: { type: Boolean, default: undefined },
    refuseConflictingBatches: { type: Boolean, default: undefined },
    lastBatchId: String,
    createdAt: { type: Date, required: true },
  },
  storedIn('products'),
);
