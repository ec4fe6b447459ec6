import { anything, schemaOf, text } from './declaration';

/** A fact of the installation: a secret it made, a thing it did once. */
export interface Setting {
  _id: string;
  value: unknown;
}

export const settingSchema = schemaOf<Setting>({ _id: text, value: anything });
