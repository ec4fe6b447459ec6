import type { mongo } from 'mongoose';
import type { Migration } from './migration';

/** As they were before. */
interface PlainDevice {
  _id: string;
  secret?: string;
}
interface PlainPiece {
  _id: string;
  rows?: string;
}

const DEVICES_AT_ONCE = 1_000;
/** Each has up to a thousand rows. */
const PIECES_AT_ONCE = 10;

/** Device secrets were kept as they are, on devices and in the rows of imports. Here they are encrypted under the master key. */
export const sealedSecrets: Migration = {
  number: 1,
  name: 'device secrets are encrypted',
  async run({ collections, sealSecret, sealRows }, signal) {
    const devices = collections.devices as unknown as mongo.Collection<PlainDevice>;
    const pieces = collections.deviceImportPieces as unknown as mongo.Collection<PlainPiece>;
    await replaceText(devices, { from: 'secret', to: 'sealedSecret', seal: sealSecret }, DEVICES_AT_ONCE, signal);
    await replaceText(pieces, { from: 'rows', to: 'sealedRows', seal: sealRows }, PIECES_AT_ONCE, signal);
  },
};

interface Replacement {
  from: string;
  to: string;
  seal(id: string, text: string): string;
}

/** In the order of ids, a portion at a time. Whoever begins again finds only what is left. */
async function replaceText<T extends { _id: string }>(
  collection: mongo.Collection<T>,
  { from, to, seal }: Replacement,
  atOnce: number,
  signal: AbortSignal,
): Promise<void> {
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const found = await collection
      .find({ _id: { $gt: after }, [from]: { $type: 'string' } } as mongo.Filter<T>)
      .sort({ _id: 1 })
      .limit(atOnce)
      .project<{ _id: string } & Record<string, string>>({ [from]: 1 })
      .toArray();
    const last = found.at(-1);
    if (last === undefined) return;
    const operations = found.map((document) => ({
      updateOne: {
        filter: { _id: document._id, [from]: document[from] } as mongo.Filter<T>,
        update: { $set: { [to]: seal(document._id, document[from] ?? '') }, $unset: { [from]: true } } as unknown as mongo.UpdateFilter<T>,
      },
    }));
    await collection.bulkWrite(operations, { ordered: false });
    after = last._id;
  }
}
