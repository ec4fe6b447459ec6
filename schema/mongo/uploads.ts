import { date, schemaOf, text } from './declaration';

/** A file that is being written to the package store and has no package yet: what a crash leaves behind is found by it. */
export interface Upload {
  /** The file's key in the package store. */
  _id: string;
  /** Renewed while bytes arrive. */
  renewedAt: Date;
}

export const uploadSchema = schemaOf<Upload>({ _id: text, renewedAt: date });

uploadSchema.index({ renewedAt: 1 });
