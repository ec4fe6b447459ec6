import type { mongo } from 'mongoose';
import type { Collections } from '../../schema/mongo/connect';
import { SealedByOther, type Sealing } from '../sealing';
import { openRows, sealedRows } from './import-rows';
import { openSecret, sealSecret } from './secrets';

/** Which master keys have encrypted secrets of devices. */
const RECORD = 'device-secret-keys';
const DEVICES_AT_ONCE = 1_000;
/** Each has up to a thousand rows. */
const PIECES_AT_ONCE = 10;

/** Throws SealedByOther when a master key is missing without which devices could not sign in. Before anything is encrypted under a new one. */
export async function requireKeys({ settings }: Pick<Collections, 'settings'>, sealing: Sealing): Promise<void> {
  const used = await usedKeys(settings);
  if (used.some((keyId) => !sealing.keyIds.includes(keyId))) throw new SealedByOther();
  await settings.updateOne({ _id: RECORD }, { $addToSet: { value: sealing.keyIds[0] } } as never, { upsert: true });
}

/**
 * After a change of the master key: encrypts anew what an older one has encrypted, a portion at a time. Looks only while there may be some:
 * when another key was in use, or is given still. Returns how many; may run in several processes, and be killed and begin again.
 */
export async function resealDevices(
  { settings, devices, deviceImportPieces }: Pick<Collections, 'settings' | 'devices' | 'deviceImportPieces'>,
  sealing: Sealing,
  signal: AbortSignal,
): Promise<number> {
  const [current] = sealing.keyIds;
  const used = await usedKeys(settings);
  if (sealing.keyIds.length === 1 && used.every((keyId) => keyId === current)) return 0;
  const ofDevices = await resealIn(devices, 'sealedSecret', sealing, DEVICES_AT_ONCE, signal, (device) =>
    sealSecret(sealing, device._id, openSecret(sealing, device)),
  );
  const ofPieces = await resealIn(deviceImportPieces, 'sealedRows', sealing, PIECES_AT_ONCE, signal, (piece) =>
    sealedRows(sealing, piece._id, openRows(sealing, piece)),
  );
  if (!signal.aborted) await settings.updateOne({ _id: RECORD }, { $set: { value: [current] } });
  return ofDevices + ofPieces;
}

async function usedKeys(settings: Collections['settings']): Promise<string[]> {
  const value = (await settings.findOne({ _id: RECORD }))?.value;
  return Array.isArray(value) ? value.map(String) : [];
}

async function resealIn<T extends { _id: string }, F extends keyof T & string>(
  collection: mongo.Collection<T>,
  field: F,
  sealing: Sealing,
  atOnce: number,
  signal: AbortSignal,
  again: (document: Pick<T, '_id' | F>) => string,
): Promise<number> {
  let resealed = 0;
  for (let after = ''; !signal.aborted; ) {
    const older = { _id: { $gt: after }, [field]: { $not: new RegExp(`^${sealing.currentPrefix.replaceAll('.', '\\.')}`) } };
    const found = (await collection
      .find(older as mongo.Filter<T>)
      .sort({ _id: 1 })
      .limit(atOnce)
      .project({ [field]: 1 })
      .toArray()) as Pick<T, '_id' | F>[];
    const last = found.at(-1);
    if (last === undefined) break;
    const operations = found.map((document) => ({
      updateOne: {
        filter: { _id: document._id, [field]: document[field] } as mongo.Filter<T>,
        update: { $set: { [field]: again(document) } } as unknown as mongo.UpdateFilter<T>,
      },
    }));
    resealed += (await collection.bulkWrite(operations, { ordered: false })).modifiedCount;
    after = last._id;
  }
  return resealed;
}
