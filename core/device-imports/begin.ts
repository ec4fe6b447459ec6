import { createHash } from 'node:crypto';
import { noProblems } from '../../schema/model/device/device-import';
import type { Collections } from '../../schema/mongo/connect';
import { type StoredImport, upToAttempt } from '../../schema/mongo/device-imports';
import type { Viewer } from '../access/viewer';
import { isDuplicateKey } from '../duplicate-key';
import { removeInPieces } from '../in-pieces';
import { unguessableId, unguessableIdOf } from '../unguessable-id';
import type { NewImport } from './contract';
import { replaced } from './refusals';

/** How long an import, with its secrets, is kept after its end. */
export const KEPT_MS = 24 * 60 * 60 * 1_000;

/** How long an upload that nobody goes on with. */
export const UNFINISHED_MS = 60 * 60 * 1_000;

/** The same key gives the same id, by which an import is sent again; `secret` is the installation's. */
export async function importIdFor(
  { deviceImports }: Pick<Collections, 'deviceImports'>,
  secret: Uint8Array,
  { actorId }: Viewer,
  { idempotencyKey }: NewImport,
): Promise<string> {
  if (idempotencyKey == null || idempotencyKey === '') return unguessableId();
  // Versions before made ids that whoever knows both could compute: an import that has one keeps it.
  const earlier = createHash('sha256').update(`${actorId}:${idempotencyKey}`).digest('hex').slice(0, 24);
  const known = await deviceImports.findOne({ _id: earlier, status: { $ne: 'EXPIRED' } }, { projection: { _id: 1 } });
  return known?._id ?? unguessableIdOf(secret, 'import', actorId, idempotencyKey);
}

/** Begins an import, or takes over one that created nothing: it was refused, or its upload did not end. Throws IMPORT_REPLACED. */
export async function beginImport(
  collections: Collections,
  viewer: Viewer,
  _id: string,
  { productKey, skipInvalid = false }: NewImport,
  now: Date,
  expiresAt: Date,
): Promise<StoredImport> {
  const nothingYet = {
    rows: 0,
    valid: 0,
    problems: noProblems(),
    created: 0,
    pieces: 0,
    piecesDone: 0,
    namesParents: false,
    makesKeys: false,
    digest: null,
    endedAt: null,
  };
  const about = { productKey, skipInvalid, createdBy: viewer.actorId, createdAt: now, renewedAt: now, expiresAt };
  try {
    const begun = await collections.deviceImports.findOneAndUpdate(
      { _id, status: { $in: ['CHECKING', 'REFUSED', 'EXPIRED'] } },
      { $set: { status: 'CHECKING', ...about, ...nothingYet }, $inc: { attempt: 1 } },
      { upsert: true, returnDocument: 'after' },
    );
    if (begun === null) throw replaced();
    if (begun.attempt > 1) await removeContent(collections, { _id, attempt: begun.attempt - 1 });
    return begun;
  } catch (error) {
    // It went on to create devices at this very moment.
    throw isDuplicateKey(error) ? replaced() : error;
  }
}

type Attempt = Pick<StoredImport, '_id' | 'attempt'>;

async function removeContent(collections: Collections, attempt: Attempt, signal?: AbortSignal): Promise<void> {
  await removeInPieces(collections.deviceImportPieces, upToAttempt(attempt), signal);
  await removeInPieces(collections.deviceImportProblems, upToAttempt(attempt), signal);
}

/** Its record goes last: what is left by a crash is found by it. Whoever has taken it over keeps what is its own. */
export async function removeImport(collections: Collections, { _id, attempt }: Attempt, signal?: AbortSignal): Promise<void> {
  const { deviceImports } = collections;
  await deviceImports.updateOne({ _id, attempt, status: { $ne: 'CREATING' } }, { $set: { status: 'EXPIRED', expiresAt: new Date(0) } });
  // Its last write may have arrived although its answer did not: then it goes on.
  if (await deviceImports.findOne({ _id, attempt, status: 'CREATING' }, { projection: { _id: 1 } })) return;
  await removeContent(collections, { _id, attempt }, signal);
  if (!signal?.aborted) await deviceImports.deleteOne({ _id, attempt, status: 'EXPIRED' });
}
