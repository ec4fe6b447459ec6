import type { mongo } from 'mongoose';
import type { Collections } from '../../schema/mongo/connect';
import { contextOf } from '../calls/call-id';
import { SealedByOther, type Sealing } from '../sealing';
import { openRows, sealedRows } from './import-rows';
import { openKeysText, openSecret, sealKeysText, sealSecret } from './secrets';

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
  { settings, devices, deviceImportPieces, calls }: Pick<Collections, 'settings' | 'devices' | 'deviceImportPieces' | 'calls'>,
  sealing: Sealing,
  signal: AbortSignal,
): Promise<number> {
  const [current] = sealing.keyIds;
  const used = await usedKeys(settings);
  if (sealing.keyIds.length === 1 && used.every((keyId) => keyId === current)) return 0;
  const ofDevices = await resealIn(devices, sealing, signal, {
    ...{ path: 'sealedSecret', atOnce: DEVICES_AT_ONCE, sealedIn: ({ sealedSecret }) => sealedSecret },
    again: (device) => sealSecret(sealing, device._id, openSecret(sealing, device)),
  });
  const ofKeys = await resealIn(devices, sealing, signal, {
    ...{ path: 'lwm2m.sealedKeys', atOnce: DEVICES_AT_ONCE, sealedIn: ({ lwm2m }) => lwm2m?.sealedKeys },
    again: ({ _id }, sealed) => sealKeysText(sealing, _id, openKeysText(sealing, _id, sealed)),
  });
  const ofPieces = await resealIn(deviceImportPieces, sealing, signal, {
    ...{ path: 'sealedRows', atOnce: PIECES_AT_ONCE, sealedIn: (piece) => piece.sealedRows },
    again: (piece) => sealedRows(sealing, piece._id, openRows(sealing, piece)),
  });
  const ofCalls = await resealIn(calls, sealing, signal, {
    ...{ path: 'sealed', atOnce: PIECES_AT_ONCE, sealedIn: (call) => call.sealed },
    again: ({ _id }, sealed) => sealing.seal(sealing.open(sealed, contextOf(_id)), contextOf(_id)),
  });
  if (!signal.aborted) await settings.updateOne({ _id: RECORD }, { $set: { value: [current] } });
  return ofDevices + ofKeys + ofPieces + ofCalls;
}

async function usedKeys(settings: Collections['settings']): Promise<string[]> {
  const value = (await settings.findOne({ _id: RECORD }))?.value;
  return Array.isArray(value) ? value.map(String) : [];
}

interface Sealed<T> {
  /** Where in a document the sealed text is, if it is there. */
  path: string;
  sealedIn(document: T): string | undefined;
  again(document: T, sealed: string): string;
  atOnce: number;
}

async function resealIn<T extends { _id: string }>(
  collection: mongo.Collection<T>,
  sealing: Sealing,
  signal: AbortSignal,
  { path, sealedIn, again, atOnce }: Sealed<T>,
): Promise<number> {
  const current = new RegExp(`^${sealing.currentPrefix.replaceAll('.', '\\.')}`);
  let resealed = 0;
  for (let after = ''; !signal.aborted; ) {
    const older = { _id: { $gt: after }, [path]: { $exists: true, $not: current } };
    const found = (await collection
      .find(older as mongo.Filter<T>)
      .sort({ _id: 1 })
      .limit(atOnce)
      .project({ [path]: 1 })
      .toArray()) as T[];
    const last = found.at(-1);
    if (last === undefined) break;
    const operations = found.flatMap((document) => {
      const sealed = sealedIn(document);
      if (sealed === undefined) return [];
      const filter = { _id: document._id, [path]: sealed } as mongo.Filter<T>;
      return [{ updateOne: { filter, update: { $set: { [path]: again(document, sealed) } } as unknown as mongo.UpdateFilter<T> } }];
    });
    if (operations.length > 0) resealed += (await collection.bulkWrite(operations, { ordered: false })).modifiedCount;
    after = last._id;
  }
  return resealed;
}
