import { Schema } from 'mongoose';
import type { Group } from '../model/device/group';
import { storedIn } from './options';

export const groupSchema = new Schema<Group>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    parentId: { type: String, default: null },
    ancestors: { type: [String], default: [] },
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
    dynamic: { type: Schema.Types.Mixed, default: undefined },
  },
  storedIn('groups'),
);

groupSchema.index({ name: 1 }, { unique: true });
groupSchema.index({ parentId: 1, _id: 1 });
groupSchema.index({ ancestors: 1 });
