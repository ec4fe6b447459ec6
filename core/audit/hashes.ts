import { createHash } from 'node:crypto';
import type { AuditCheckpoint, AuditEntry, AuditSegment } from '../../schema/model/audit';
import { canonicalJson } from './canonical-json';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** What the keyed digest of an entry covers: everything that is written of it at once. */
export const textOfEntry = ({
  mac: _mac,
  segment: _segment,
  ...entry
}: Omit<AuditEntry, 'mac' | 'segment'> & Partial<AuditEntry>): string => canonicalJson(entry);

/** Of an entry as it is stored, without the number of its segment. */
export const hashOfEntry = ({ segment: _segment, ...entry }: AuditEntry): string => sha256(canonicalJson(entry));

type Hashed = Omit<AuditSegment, 'hash' | 'signature'>;
/** Each kind of text begins with what it is, so that a signature of one is good for no other. */
const textOfSegment = ({ _id, at, previous, ids, hashes }: Hashed): string =>
  `updraft audit segment ${canonicalJson({ _id, at, previous, ids, hashes })}`;

export const hashOfSegment = (segment: Hashed): string => sha256(textOfSegment(segment));
/** What the signature of a segment is over. */
export const signedOfSegment = ({ _id, hash }: Pick<AuditSegment, '_id' | 'hash'>): string => `updraft audit segment ${_id} ${hash}`;
export const signedOfCheckpoint = ({ _id, at, hash }: Omit<AuditCheckpoint, 'signature'>): string =>
  `updraft audit checkpoint ${canonicalJson({ _id, at, hash })}`;
