import { Schema } from 'mongoose';
import { type ApiKey, ROLES } from '../model/access';
import { storedIn } from './options';

export const apiKeySchema = new Schema<ApiKey>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    role: { type: String, enum: ROLES, required: true },
    deviceIds: { type: [String], default: undefined },
    registrations: { type: [String], default: undefined },
    hash: { type: String, required: true },
    createdBy: { type: String, default: null },
    createdAt: { type: Date, required: true },
    revokedAt: { type: Date, default: null },
    lastUsedAt: { type: Date, default: null },
  },
  storedIn('apiKeys'),
);

apiKeySchema.index({ createdAt: -1, _id: -1 });
