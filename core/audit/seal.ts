import { type AuditEntry, type AuditSegment, GENESIS } from '../../schema/model/audit';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { isDuplicateKey } from '../duplicate-key';
import { hashOfEntry, hashOfSegment, signedOfSegment } from './hashes';
import type { AuditKeys } from './keys';

export interface ChainDeps {
  collections: Pick<Collections, 'auditEntries' | 'auditSegments' | 'auditCheckpoints'>;
  keys: () => Promise<AuditKeys>;
  clock: Clock;
}

const MOST_IN_SEGMENT = 500;

/**
 * Puts what is not sealed yet into segments. Any number of processes may: a segment counts from when it is inserted under the number after
 * the last, which only one of them can, and has the list of its entries; marking those is made up for by whoever comes next. So nobody waits
 * for a lock to write an entry, and the chain cannot fork. Returns how many entries this call has sealed.
 */
export async function sealEntries({ collections, keys, clock }: ChainDeps, signal?: AbortSignal): Promise<number> {
  const { auditEntries, auditSegments } = collections;
  const mark = ({ _id, ids }: Pick<AuditSegment, '_id' | 'ids'>) =>
    auditEntries.updateMany({ _id: { $in: ids }, segment: null }, { $set: { segment: _id } });

  for (let sealed = 0; ; ) {
    // The end of the chain first: what is sealed after this look makes the insert below fail.
    const last = await endOfChain(collections);
    const entries = await auditEntries.find({ segment: null }).sort({ _id: 1 }).limit(MOST_IN_SEGMENT).toArray();
    if (entries.length === 0 || signal?.aborted) return sealed;
    const listed = new Set(last.ids);
    if (entries.some(({ _id }) => listed.has(_id))) {
      await mark(last);
      continue;
    }
    const segment = segmentOf(last._id + 1, last.hash, entries, clock(), await keys());
    try {
      await auditSegments.insertOne(segment);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      continue;
    }
    await mark(segment);
    sealed += entries.length;
  }
}

type End = Pick<AuditSegment, '_id' | 'hash' | 'ids'>;

async function endOfChain({ auditSegments, auditCheckpoints }: ChainDeps['collections']): Promise<End> {
  const [segment] = await auditSegments
    .find({}, { projection: { hash: 1, ids: 1 } })
    .sort({ _id: -1 })
    .limit(1)
    .toArray();
  if (segment) return segment;
  const [checkpoint] = await auditCheckpoints.find().sort({ _id: -1 }).limit(1).toArray();
  return { _id: checkpoint?._id ?? 0, hash: checkpoint?.hash ?? GENESIS, ids: [] };
}

function segmentOf(_id: number, previous: string, entries: readonly AuditEntry[], at: Date, keys: AuditKeys): AuditSegment {
  const hashed = { _id, at, previous, ids: entries.map((entry) => entry._id), hashes: entries.map(hashOfEntry) };
  const hash = hashOfSegment(hashed);
  return { ...hashed, hash, signature: keys.sign(signedOfSegment({ _id, hash })) };
}
