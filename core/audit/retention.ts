import { signedOfCheckpoint } from './hashes';
import type { ChainDeps } from './seal';

const DAY_MS = 86_400_000;

/**
 * Removes segments that were sealed more than `days` ago, with their entries. A signed checkpoint says first where the chain begins from
 * then on; what an interrupted run has left goes with the next one. Returns how many segments.
 */
export async function removeOldEntries({ collections, keys, clock }: ChainDeps, days: number, signal?: AbortSignal): Promise<number> {
  const { auditEntries, auditSegments, auditCheckpoints } = collections;
  const at = clock();
  const [old] = await auditSegments
    .find({ at: { $lt: new Date(at.getTime() - days * DAY_MS) } }, { projection: { hash: 1 } })
    .sort({ _id: -1 })
    .limit(1)
    .toArray();
  if (old) {
    const checkpoint = { _id: old._id, at, hash: old.hash };
    const signature = (await keys()).sign(signedOfCheckpoint(checkpoint));
    await auditCheckpoints.updateOne({ _id: old._id }, { $setOnInsert: { at, hash: old.hash, signature } }, { upsert: true });
  }
  const [checkpoint] = await auditCheckpoints.find().sort({ _id: -1 }).limit(1).toArray();
  let removed = 0;
  if (!checkpoint) return removed;
  for await (const { _id, ids } of auditSegments.find({ _id: { $lte: checkpoint._id } }, { projection: { ids: 1 } }).sort({ _id: 1 })) {
    if (signal?.aborted) break;
    await auditEntries.deleteMany({ _id: { $in: ids } });
    await auditSegments.deleteOne({ _id });
    removed += 1;
  }
  return removed;
}
