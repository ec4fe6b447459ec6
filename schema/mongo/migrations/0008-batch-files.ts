import { LIVE_STATUSES } from '../../model/batch/batch';
import type { Migration } from './migration';

/** Some dialects take one file, and their devices are passed over by batches with several (R-FLOW-7): also by those that are under way. */
export const batchFiles: Migration = {
  number: 8,
  name: 'Batches under way say that their package has several files',
  async run({ collections: { batches, packages } }) {
    const files = { $size: { $ifNull: [{ $first: '$package.files' }, []] } };
    await batches
      .aggregate([
        { $match: { status: { $in: [...LIVE_STATUSES] }, files: { $exists: false } } },
        { $lookup: { from: packages.collectionName, localField: 'packageId', foreignField: '_id', as: 'package' } },
        { $project: { files } },
        { $match: { files: { $gt: 1 } } },
        { $merge: { into: batches.collectionName, on: '_id', whenMatched: 'merge', whenNotMatched: 'discard' } },
      ])
      .toArray();
  },
};
