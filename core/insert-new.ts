import { mongo } from 'mongoose';
import { DUPLICATE_KEY } from './duplicate-key';

/** On disk with the document they belong to, which is written last and waits for what came before. */
export const BULK = { ordered: false, writeConcern: { w: 1, journal: false } } as const;

/** Inserts what is not there yet; returns the places of those that were there already. */
export async function insertNew<T extends { _id: string }>(collection: mongo.Collection<T>, documents: readonly T[]): Promise<number[]> {
  if (documents.length === 0) return [];
  try {
    await collection.insertMany(documents as mongo.OptionalUnlessRequiredId<T>[], BULK);
    return [];
  } catch (error) {
    if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
    const errors = [error.writeErrors].flat();
    if (errors.length === 0 || errors.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
    return errors.map(({ index }) => index);
  }
}
