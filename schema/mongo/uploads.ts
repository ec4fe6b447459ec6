import { Schema } from 'mongoose';
import { storedIn } from './options';

/** A file that is being written to the package store and has no package yet: what a crash leaves behind is found by it. */
export interface Upload {
  /** The file's key in the package store. */
  _id: string;
  /** Renewed while bytes arrive. */
  renewedAt: Date;
}

export const uploadSchema = new Schema<Upload>(
  { _id: { type: String, required: true }, renewedAt: { type: Date, required: true } },
  storedIn('uploads'),
);

uploadSchema.index({ renewedAt: 1 });
