import {
  type DeviceImport,
  type DeviceImportProblem,
  IMPORT_PROBLEMS,
  IMPORT_STATUSES,
  type ImportProblemCounts,
  LATER_PROBLEMS,
} from '../model/device/device-import';
import { date, each, flag, nullable, number, object, oneOf, optional, schemaOf, text } from './declaration';

/** An import with what it takes to go on with it in any process. */
export interface StoredImport extends DeviceImport {
  /** Each upload of it counts one on: whoever has an older number has lost the import to another and stops. */
  attempt: number;
  /** SHA-256 of the file, hex; null before all of it came. */
  digest: string | null;
  /** Pieces that are devices already: where creation goes on. Rows that name parents come once all others are there, in a second round. */
  piecesDone: number;
  pieces: number;
  /** Whether rows name parents. */
  namesParents?: boolean;
  /** Renewed by whoever works at it. */
  renewedAt: Date;
}

/** Up to a thousand checked rows, as one text: a document a row would cost as much as the device does. */
export interface ImportPiece {
  /** `<importId>.<attempt, six digits>.<number, six digits>` */
  _id: string;
  /** JSON of ImportRow[], encrypted under the master key. */
  sealedRows: string;
}

type Attempt = Pick<StoredImport, '_id' | 'attempt'>;
const sixDigits = (count: number): string => String(count).padStart(6, '0');

/** What belongs to one upload of an import begins with it: whoever takes another's place shares nothing with it. */
export const attemptId = ({ _id, attempt }: Attempt): string => `${_id}.${sixDigits(attempt)}`;
export const importPieceId = (of: Attempt, piece: number): string => `${attemptId(of)}.${sixDigits(piece)}`;

/** The problems, or the pieces, of one upload; `/` follows the dot. */
export const ofAttempt = (of: Attempt) => ({ _id: { $gte: `${attemptId(of)}.`, $lt: `${attemptId(of)}/` } });
/** Of this one and all before it. */
export const upToAttempt = (of: Attempt) => ({ _id: { $gte: `${of._id}.`, $lt: `${attemptId(of)}/` } });

export const deviceImportSchema = schemaOf<StoredImport>({
  _id: text,
  productKey: text,
  status: oneOf(IMPORT_STATUSES),
  skipInvalid: flag,
  rows: number,
  valid: number,
  problems: object<ImportProblemCounts>({ ...each(IMPORT_PROBLEMS, number), ...each(LATER_PROBLEMS, optional(number)) }),
  created: number,
  createdBy: text,
  createdAt: date,
  endedAt: nullable(date),
  expiresAt: date,
  attempt: number,
  digest: nullable(text),
  piecesDone: number,
  pieces: number,
  namesParents: optional(flag),
  makesKeys: optional(flag),
  renewedAt: date,
});
/** The sweep, and what nobody goes on with. */
deviceImportSchema.index({ expiresAt: 1 });
/** The list, newest first. */
deviceImportSchema.index({ createdAt: -1, _id: 1 });
deviceImportSchema.index({ status: 1, renewedAt: 1 });

export const deviceImportPieceSchema = schemaOf<ImportPiece>({ _id: text, sealedRows: text });

export const deviceImportProblemSchema = schemaOf<DeviceImportProblem>({
  _id: text,
  row: number,
  value: text,
  problem: oneOf(IMPORT_PROBLEMS),
  text,
});
