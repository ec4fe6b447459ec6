import { type AuditEntry, type AuditSegment, GENESIS } from '../../schema/model/audit';
import { hashOfEntry, hashOfSegment, signedOfCheckpoint, signedOfSegment, textOfEntry } from './hashes';
import type { AuditKeys } from './keys';
import type { ChainDeps } from './seal';

export interface AuditVerdict {
  /** At most `MOST_PROBLEMS`, in the order of the chain; each a sentence. */
  problems: string[];
  /** All of them. */
  problemCount: number;
  segments: number;
  entries: number;
  unsealed: number;
  /** The last segment that retention has removed. */
  checkpoint: number | null;
  /** To be kept elsewhere: whoever knows it finds out when the end of the chain is cut off. */
  head: { segment: number; hash: string } | null;
}

/** A head that was told earlier. */
export type KnownHead = NonNullable<AuditVerdict['head']>;

const MOST_PROBLEMS = 50;

/** Goes through the whole chain. What is sealed or removed meanwhile does no harm. */
export async function verifyAudit(deps: Pick<ChainDeps, 'collections' | 'keys'>, known?: KnownHead): Promise<AuditVerdict> {
  const before = await checkpointOf(deps);
  const verdict = await look(deps, known);
  const after = await checkpointOf(deps);
  return verdict.problemCount > 0 && before?._id !== after?._id ? verifyAudit(deps, known) : verdict;
}

const checkpointOf = async ({ collections }: Pick<ChainDeps, 'collections'>) =>
  (await collections.auditCheckpoints.find().sort({ _id: -1 }).limit(1).toArray())[0] ?? null;

async function look({ collections, keys: keysOf }: Pick<ChainDeps, 'collections' | 'keys'>, known?: KnownHead): Promise<AuditVerdict> {
  const { auditEntries, auditSegments } = collections;
  const keys = await keysOf();
  const verdict: AuditVerdict = { problems: [], problemCount: 0, segments: 0, entries: 0, unsealed: 0, checkpoint: null, head: null };
  const problem = (text: string): void => {
    verdict.problemCount += 1;
    if (verdict.problems.length < MOST_PROBLEMS) verdict.problems.push(text);
  };

  const checkpoint = await checkpointOf({ collections });
  if (checkpoint) {
    verdict.checkpoint = checkpoint._id;
    if (!keys.isSigned(signedOfCheckpoint(checkpoint), checkpoint.signature))
      problem(`Checkpoint ${checkpoint._id} was not signed by this installation.`);
  }
  let [number, previous] = [checkpoint?._id ?? 0, checkpoint?.hash ?? GENESIS];
  let isKnown = known === undefined || known.segment <= number;

  for await (const segment of auditSegments.find({ _id: { $gt: number } }).sort({ _id: 1 })) {
    if (segment._id !== number + 1) problem(`Segments ${number + 1} to ${segment._id - 1} are missing.`);
    else if (segment.previous !== previous) problem(`Segment ${segment._id} does not follow the one before it.`);
    for (const text of problemsOfSegment(segment, keys)) problem(text);
    const found = await auditEntries.find({ $or: [{ segment: segment._id }, { _id: { $in: segment.ids } }] }).toArray();
    for (const text of problemsOfEntries(segment, found, keys)) problem(text);
    if (known?.segment === segment._id) isKnown = known.hash === segment.hash;
    verdict.segments += 1;
    verdict.entries += segment.ids.length;
    [number, previous] = [segment._id, segment.hash];
    verdict.head = { segment: number, hash: previous };
  }
  if (!isKnown) problem(`The chain has no segment ${known?.segment} with the hash that was given: its end was cut off, or written anew.`);

  for await (const entry of auditEntries.find({ segment: null })) {
    verdict.unsealed += 1;
    if (!isOurs(entry, keys)) problem(`Entry ${entry._id}, not sealed yet, was changed or not written by this installation.`);
  }
  for await (const { _id, segment } of auditEntries.find({ segment: { $gt: number } }, { projection: { segment: 1 } })) {
    // Another process may have sealed it just now.
    if ((await auditSegments.countDocuments({ _id: segment ?? 0 })) === 0) problem(`Entry ${_id} names a segment that does not exist.`);
  }
  return verdict;
}

function* problemsOfSegment(segment: AuditSegment, keys: AuditKeys): Generator<string> {
  if (hashOfSegment(segment) !== segment.hash) yield `Segment ${segment._id} was changed.`;
  if (!keys.isSigned(signedOfSegment(segment), segment.signature)) yield `Segment ${segment._id} was not signed by this installation.`;
}

function* problemsOfEntries({ _id, ids, hashes }: AuditSegment, found: readonly AuditEntry[], keys: AuditKeys): Generator<string> {
  const byId = new Map(found.map((entry) => [entry._id, entry]));
  for (const [index, id] of ids.entries()) {
    const entry = byId.get(id);
    if (!entry) yield `Entry ${id} of segment ${_id} was deleted.`;
    else if (hashOfEntry(entry) !== hashes[index]) yield `Entry ${id} of segment ${_id} was changed.`;
    else if (!isOurs(entry, keys)) yield `Entry ${id} of segment ${_id} was not written by this installation.`;
    byId.delete(id);
  }
  for (const id of byId.keys()) yield `Entry ${id} was inserted into segment ${_id}.`;
}

const isOurs = (entry: AuditEntry, keys: AuditKeys): boolean => keys.isMac(textOfEntry(entry), entry.mac);
