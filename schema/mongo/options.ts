import type { SchemaOptions } from 'mongoose';

/** Indexes are made once, by `ensureIndexes`, and not by whoever touches a model first. */
export const storedIn = (collection: string) =>
  ({ collection, versionKey: false, minimize: false, autoIndex: false, autoCreate: false }) as const satisfies SchemaOptions;
