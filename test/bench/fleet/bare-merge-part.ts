import { type Measurement, perSecond, whole } from './measurement';

/** What a selection could be at best: the same tasks merged into an empty collection with the same indexes, whoever they are of. */
export const bareMergePart: Measurement = {
  title: 'bare $merge',
  async run({ count, store, found }) {
    const { tasks } = store.collections;
    const db = store.connection.db;
    if (!db) throw new Error('The connection to the store was closed.');
    const bare = db.collection('bareTasks');
    try {
      for (const { key, name, unique, partialFilterExpression } of await tasks.indexes()) {
        const options = { ...(unique && { unique }), ...(partialFilterExpression && { partialFilterExpression }) };
        if (name !== '_id_') await bare.createIndex(key, options);
      }
      const began = performance.now();
      await tasks
        .aggregate([
          { $match: { batchId: found.batchId } },
          { $merge: { into: 'bareTasks', on: '_id', whenMatched: 'fail', whenNotMatched: 'insert' } },
        ])
        .toArray();
      const rate = perSecond(count, began);
      const batch = await store.collections.batches.findOne({ _id: found.batchId });
      const first = await tasks.findOne({ batchId: found.batchId }, { projection: { createdAt: 1 } });
      const selected = batch?.startedAt && first ? count / ((batch.startedAt.getTime() - first.createdAt.getTime()) / 1_000) : Number.NaN;
      return [
        {
          what: 'bare $merge of the same tasks',
          measured: `${whole(rate)} tasks/s`,
          beside: `the selection reaches ${(selected / rate).toFixed(2)} of it`,
          value: rate,
        },
      ];
    } finally {
      await bare.drop();
    }
  },
};
