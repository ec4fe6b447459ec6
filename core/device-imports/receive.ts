import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { noProblems } from '../../schema/model/device/device-import';
import type { Limits } from '../../schema/model/limits';
import type { Product } from '../../schema/model/product';
import type { Collections } from '../../schema/mongo/connect';
import { attemptId, importPieceId, type StoredImport } from '../../schema/mongo/device-imports';
import type { Products } from '../access/permissions/products';
import type { Clock } from '../clock';
import { deviceRowsOf } from '../device-files/read';
import { sealedRows } from '../device-secrets/import-rows';
import { createIdLookup } from '../devices/stored-ids';
import type { DiskRoom } from '../disk-room';
import type { Sealing } from '../sealing';
import { UNFINISHED_MS } from './begin';
import { type CheckedRows, checkRows, countProblems, withoutStored } from './check';
import { checkParents } from './check-parents';
import { tellProblems } from './create-devices';
import { replaced } from './refusals';
import { createSeenNames } from './seen-names';

const UNAWAITED = { writeConcern: { w: 1, journal: false } } as const;

export interface ReceiveDeps {
  collections: Collections;
  limits: Pick<Limits, 'deviceFileRows' | 'deviceTags' | 'gatewayChildren' | 'pskBytesMinimum'>;
  /** Of the rows, which hold secrets. */
  sealing: Sealing;
  clock: Clock;
  disk: Pick<DiskRoom, 'require'>;
  /** Of whoever sends it. */
  products: Products;
}

/** Reads and checks a file; what can become devices is kept in pieces, what is wrong as problems. The import is not decided on yet. */
export async function receiveFile(
  { collections, limits, sealing, clock, disk, products }: ReceiveDeps,
  begun: StoredImport,
  product: Product,
  file: Readable,
): Promise<Pick<StoredImport, 'rows' | 'valid' | 'problems' | 'pieces' | 'namesParents' | 'makesKeys' | 'digest'>> {
  const { deviceImports, deviceImportPieces, devices } = collections;
  const hash = createHash('sha256');
  // Beside the pipe that reads it: a pause is one of both.
  file.on('data', (bytes: Buffer) => hash.update(bytes));
  const { _id, productKey, attempt } = begun;
  const about = { attempt: attemptId(begun), productKey };
  const seen = createSeenNames();
  const identities = createSeenNames();
  const stored = createIdLookup(devices);
  const state = { rows: 0, valid: 0, pieces: 0, namesParents: false, makesKeys: false, problems: noProblems() };
  const renewIt = () => {
    const now = clock().getTime();
    return renew(deviceImports, _id, attempt, { ...state, renewedAt: new Date(now), expiresAt: new Date(now + UNFINISHED_MS) });
  };

  async function keep(checked: CheckedRows, rows: number): Promise<void> {
    const { valid, wrong } = await withoutStored(devices, stored, about, checked);
    countProblems(state.problems, wrong);
    const pieceId = importPieceId(begun, state.pieces);
    const piece = valid.length > 0 && { _id: pieceId, sealedRows: sealedRows(sealing, pieceId, valid) };
    await Promise.all([tellProblems(collections, wrong), piece && deviceImportPieces.insertOne(piece, UNAWAITED)]);
    state.rows += rows;
    state.pieces += piece ? 1 : 0;
    state.valid += valid.length;
    state.makesKeys ||= valid.some(({ keyMade }) => keyMade);
    state.namesParents ||= valid.some(({ parent }) => parent !== undefined);
    await renewIt();
  }

  // The next rows are read while these are kept.
  let keeping = Promise.resolve();
  try {
    for await (const { columns, rows } of deviceRowsOf(file, limits.deviceFileRows)) {
      await disk.require();
      const checked = checkRows({ ...about, columns, product, seen, identities }, rows, limits);
      await keeping;
      keeping = keep(checked, rows.length);
      keeping.catch(() => undefined);
    }
  } finally {
    await keeping;
  }
  for await (const wrong of state.namesParents ? checkParents({ collections, limits, sealing, products }, begun, product, seen) : []) {
    countProblems(state.problems, wrong);
    state.valid -= wrong.length;
    await tellProblems(collections, wrong);
    await renewIt();
  }
  return { ...state, digest: hash.digest('hex') };
}

/** Throws IMPORT_REPLACED when another upload of the same import has begun. */
async function renew(imports: Collections['deviceImports'], _id: string, attempt: number, set: Partial<StoredImport>): Promise<void> {
  const { matchedCount } = await imports.updateOne({ _id, attempt, status: 'CHECKING' }, { $set: set }, UNAWAITED);
  if (matchedCount === 0) throw replaced();
}

/** Of the bytes of a file that nobody wants to read otherwise. */
export async function digestOf(file: Readable): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(file, hash);
  return hash.digest('hex');
}
