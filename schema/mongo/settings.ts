import { Schema } from 'mongoose';
import { storedIn } from './options';

/** A fact of the installation: a secret it made, a thing it did once. */
export interface Setting {
  _id: string;
  value: unknown;
}

export const settingSchema = new Schema<Setting>(
  { _id: { type: String, required: true }, value: { type: Schema.Types.Mixed } },
  storedIn('settings'),
);
