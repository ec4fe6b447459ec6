import type { DeviceImportProblem, ImportRow } from '../../schema/model/device-import';
import type { Product } from '../../schema/model/fleet';
import { deviceIdOf } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { attemptId, type ImportPiece, importPieceId, type StoredImport } from '../../schema/mongo/device-imports';
import type { Clock } from '../clock';
import { deviceOf } from '../devices/register';
import { enrolled, type Memberships } from '../groups/memberships';
import { insertNew } from '../insert-new';
import { requireProduct } from '../products/require-product';
import { existsAlready } from './check';

/** While the store writes one, the next is made ready. */
const PIECES_AT_ONCE = 2;

export interface CreationDeps {
  collections: Collections;
  clock: Clock;
  memberships: Memberships;
}

/**
 * Makes the checked rows of an import devices, piece after piece, from where it stands. It may end at any instant and begin again, also twice
 * at once: a device that is there already is this import's own if it has the import's secret and time. False: `stopped` said so first.
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
    const next = Array.from({ length: Math.min(PIECES_AT_ONCE, found.pieces - found.piecesDone) }, (_, index) => found.piecesDone + index);
    if (next.length === 0) break;
    if (stopped()) return false;
    const pieces = await piecesOf(collections, found, next);
    const done = await Promise.all(pieces.map((piece) => createPiece(deps, found, product, piece)));
    const created = done.reduce((sum, each) => sum + each, 0);
    await deviceImports.updateOne(
      { _id, status: 'CREATING', piecesDone: found.piecesDone },
      { $inc: { created }, $set: { piecesDone: found.piecesDone + next.length, renewedAt: clock() } },
      { writeConcern: { w: 1, journal: false } },
    );
  }
  return true;
}

async function piecesOf({ deviceImportPieces }: Collections, of: StoredImport, next: readonly number[]): Promise<ImportPiece[]> {
  const ids = next.map((piece) => importPieceId(of, piece));
  const found = await deviceImportPieces.find({ _id: { $in: ids } }).toArray();
  if (found.length < ids.length) throw new Error(`rows of the import ${of._id} are gone`);
  return found;
}

async function createPiece(
  { collections, clock, memberships }: CreationDeps,
  of: StoredImport,
  product: Product,
  piece: ImportPiece,
): Promise<number> {
  const rows = JSON.parse(piece.rows) as ImportRow[];
  const made = rows.map((row) => deviceOf(product, row, of.createdAt));
  const { documents, changes } = enrolled(await memberships.rulesFor(product._id), made, clock());
  const refused = await insertNew(collections.devices, documents);
  const lost = await ofOthers(
    collections.devices,
    product._id,
    refused.flatMap((index) => rows[index] ?? []),
    of.createdAt,
  );
  await memberships.changed(lost.size === 0 ? changes : changes.filter((_, index) => !lost.has(rows[index]?.row ?? 0)));
  if (lost.size > 0) {
    // Told first, then taken out of the piece, from which secrets are shown: a repetition does both again, or finds the piece without them.
    await tellProblems(
      collections,
      rows.filter(({ row }) => lost.has(row)).map(({ row, deviceName }) => existsAlready(attemptId(of), row, deviceName)),
    );
    const kept = JSON.stringify(rows.filter(({ row }) => !lost.has(row)));
    await collections.deviceImportPieces.updateOne({ _id: piece._id }, { $set: { rows: kept } });
  }
  return rows.length - lost.size;
}

/** The rows whose device somebody else registered after the check. */
async function ofOthers(
  devices: Collections['devices'],
  productKey: string,
  rows: readonly ImportRow[],
  createdAt: Date,
): Promise<Set<number>> {
  if (rows.length === 0) return new Set();
  const ids = rows.map(({ deviceName }) => deviceIdOf(productKey, deviceName));
  const stored = devices.find({ _id: { $in: ids } }, { projection: { secret: 1, createdAt: 1 } });
  const own = new Map((await stored.toArray()).map((device) => [device._id, device]));
  const isOwn = ({ deviceName, secret }: ImportRow): boolean => {
    const device = own.get(deviceIdOf(productKey, deviceName));
    return device?.secret === secret && device.createdAt.getTime() === createdAt.getTime();
  };
  return new Set(rows.filter((row) => !isOwn(row)).map(({ row }) => row));
}

export async function tellProblems({ deviceImportProblems }: Collections, problems: readonly DeviceImportProblem[]): Promise<void> {
  if (problems.length === 0) return;
  await insertNew(deviceImportProblems, problems);
}
