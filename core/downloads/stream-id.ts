import type { Collections } from '../../schema/mongo/connect';
import { isDuplicateKey } from '../duplicate-key';

const COUNTER = 'stream-id';
const LARGEST = 0xffff_ffff;
const TRIES = 5;
const COUNT_ON = [{ $set: { value: { $add: [{ $ifNull: ['$value', 0] }, 1] } } }];

/**
 * Gives a package the number that devices ask for it by over MQTT (R-DL-3), once. From a counter that never goes back, so that a number
 * that a device still holds never comes to mean another package; a number that two calls took for one package is left unused.
 */
export async function ensureStreamId({ packages, settings }: Pick<Collections, 'packages' | 'settings'>, packageId: string): Promise<void> {
  if (await packages.findOne({ _id: packageId, streamId: { $gte: 1 } }, { projection: { _id: 1 } })) return;
  const streamId = await nextId(settings);
  await packages.updateOne({ _id: packageId, streamId: { $exists: false } }, { $set: { streamId } });
}

async function nextId(settings: Collections['settings']): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      const counter = await settings.findOneAndUpdate({ _id: COUNTER }, COUNT_ON, { upsert: true, returnDocument: 'after' });
      const value = Number(counter?.value);
      if (!(value >= 1 && value <= LARGEST)) throw new RangeError('No stream ids are left.');
      return value;
    } catch (error) {
      // Two processes made the counter at once: it is there now.
      if (attempt === TRIES || !isDuplicateKey(error)) throw error;
    }
  }
}
