import type { Migration } from './migration';
import { portions } from './portions';

/** Tasks changed by one command. */
const PORTION = 5_000;
const OLD_INDEX = 'deviceId_1_places_1';
/** There is no such index, or no such collection. */
const MISSING = [27, 26];

/**
 * What a task takes of its device was called `places` and is now called `slots` (R-BAT-13). The index of the old name goes first: to it
 * tasks without `places` would all have the same.
 */
export const taskSlots: Migration = {
  number: 5,
  name: 'Tasks take slots of their devices',
  async run({ collections: { tasks } }, signal) {
    await tasks.dropIndex(OLD_INDEX).catch((error: { code?: number }) => {
      if (!MISSING.includes(error.code ?? 0)) throw error;
    });
    for await (const _id of portions(tasks, {}, PORTION, signal))
      await tasks.updateMany({ _id, places: { $exists: true } } as object, { $rename: { places: 'slots' } });
  },
};
