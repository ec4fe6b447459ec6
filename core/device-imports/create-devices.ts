import type { DeviceImportProblem, ImportRow } from '../../schema/model/device/device-import';
import type { Product } from '../../schema/model/product';
import type { Collections } from '../../schema/mongo/connect';
import { attemptId, type ImportPiece, importPieceId, type StoredImport } from '../../schema/mongo/device-imports';
import type { StoredDevice } from '../../schema/mongo/devices';
import type { Clock } from '../clock';
import { openRows, sealedRows } from '../device-secrets/import-rows';
import { deviceOf } from '../devices/register';
import { insertNew } from '../insert-new';
import { enrolled, type Memberships } from '../memberships/memberships';
import { requireProduct } from '../products/require-product';
import { existsAlready, identitiesTaken } from './check';
import { type BindingDeps, createChildren } from './create-children';
import { storedFor } from './stored-for';

/** While the store writes one, the next is made ready. */
const PIECES_AT_ONCE = 2;

export interface CreationDeps extends BindingDeps {
  collections: Collections;
  clock: Clock;
  memberships: Memberships;
}

/**
 * Makes the checked rows of an import devices, piece after piece, from where it stands. It may end at any instant and begin again, also twice
 * at once: a device that is there already is this import's own if it has the import's secret and time. Children come last, so
 * that every parent is there before them. False: `stopped` said so first.
 */
export async function createDevices(
  deps: CreationDeps,
  { _id, productKey }: Pick<StoredImport, '_id' | 'productKey'>,
  stopped: () => boolean,
): Promise<boolean> {
  const { collections, clock } = deps;
  const { deviceImports, products } = collections;
  const product = await requireProduct(products, productKey);
  for (;;) {
    const found = await deviceImports.findOne({ _id, status: 'CREATING' });
    if (found === null) return true;
    const { next, areChildren } = nextPieces(found);
    if (next.length === 0) break;
    if (stopped()) return false;
    const pieces = await piecesOf(collections, found, next);
    const done = await Promise.all(pieces.map((piece) => createPiece(deps, found, product, piece, areChildren)));
    const created = done.reduce((sum, each) => sum + each, 0);
    await deviceImports.updateOne(
      { _id, status: 'CREATING', piecesDone: found.piecesDone },
      { $inc: { created }, $set: { piecesDone: found.piecesDone + next.length, renewedAt: clock() } },
      { writeConcern: { w: 1, journal: false } },
    );
  }
  return true;
}

function nextPieces({ pieces, piecesDone, namesParents }: StoredImport): { next: number[]; areChildren: boolean } {
  const left = pieces - piecesDone;
  if (left > 0)
    return { next: Array.from({ length: Math.min(PIECES_AT_ONCE, left) }, (_, index) => piecesDone + index), areChildren: false };
  // One by one: two at once would write the same parents.
  return { next: namesParents && piecesDone < 2 * pieces ? [piecesDone - pieces] : [], areChildren: true };
}

async function piecesOf({ deviceImportPieces }: Collections, of: StoredImport, next: readonly number[]): Promise<ImportPiece[]> {
  const ids = next.map((piece) => importPieceId(of, piece));
  const found = await deviceImportPieces.find({ _id: { $in: ids } }).toArray();
  if (found.length < ids.length) throw new Error(`rows of the import ${of._id} are gone`);
  return found;
}

async function createPiece(
  deps: CreationDeps,
  of: StoredImport,
  product: Product,
  piece: ImportPiece,
  areChildren: boolean,
): Promise<number> {
  const { collections, clock, memberships, sealing } = deps;
  const all = openRows(sealing, piece);
  const rows = all.filter(({ parent }) => (parent !== undefined) === areChildren);
  if (rows.length === 0) return 0;
  const made = rows.map((row) => deviceOf(sealing, product, row, of.createdAt));
  const { documents, changes } = enrolled(await memberships.rulesFor(product._id), made, clock());
  const problems = await (areChildren ? createChildren(deps, of, rows, documents) : createAlone(deps, of, rows, documents));
  const lost = new Set(problems.map(({ row }) => row));
  await memberships.changed(lost.size === 0 ? changes : changes.filter((_, index) => !lost.has(rows[index]?.row ?? 0)));
  if (lost.size > 0) {
    // Told first, then taken out of the piece, from which secrets are shown: a repetition does both again, or finds the piece without them.
    await tellProblems(collections, problems);
    const kept = all.filter(({ row }) => !lost.has(row));
    await collections.deviceImportPieces.updateOne({ _id: piece._id }, { $set: { sealedRows: sealedRows(sealing, piece._id, kept) } });
  }
  return rows.length - lost.size;
}

/** Answers the rows whose device, endpoint name or PSK identity somebody else registered after the check. */
async function createAlone(
  deps: BindingDeps,
  of: StoredImport,
  rows: readonly ImportRow[],
  documents: readonly StoredDevice[],
): Promise<DeviceImportProblem[]> {
  const refused = (await insertNew(deps.collections.devices, documents)).flatMap((index) => rows[index] ?? []);
  if (refused.length === 0) return [];
  const { own, others } = await storedFor(deps, of, refused);
  const attempt = attemptId(of);
  const names = refused.filter(({ row }) => others.has(row)).map(({ row, deviceName }) => existsAlready(attempt, row, deviceName));
  const unnamed = refused.filter(({ row }) => !own.has(row) && !others.has(row));
  const identities = await identitiesTaken(deps.collections.devices, { attempt, productKey: of.productKey }, unnamed);
  // Whoever had the name has given it up since: the piece is done again, as after a crash.
  if (identities.length < unnamed.length) throw new Error(`a name in the import ${of._id} was taken and is free again`);
  return [...names, ...identities];
}

export async function tellProblems({ deviceImportProblems }: Collections, problems: readonly DeviceImportProblem[]): Promise<void> {
  if (problems.length === 0) return;
  await insertNew(deviceImportProblems, problems);
}
