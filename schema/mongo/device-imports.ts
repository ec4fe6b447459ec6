import { Schema } from 'mongoose';
import { type DeviceImport, type DeviceImportProblem, IMPORT_PROBLEMS, IMPORT_STATUSES } from '../model/device/device-import';
import { storedIn } from './options';

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

export const deviceImportSchema = new Schema<StoredImport>(
  {
    _id: { type: String, required: true },
    productKey: { type: String, required: true },
    status: { type: String, enum: IMPORT_STATUSES, required: true },
    skipInvalid: { type: Boolean, required: true },
    rows: { type: Number, required: true },
    valid: { type: Number, required: true },
    problems: { type: Schema.Types.Mixed, required: true },
    created: { type: Number, required: true },
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
    endedAt: { type: Date, default: null },
    expiresAt: { type: Date, required: true },
    attempt: { type: Number, required: true },
    digest: { type: String, default: null },
    piecesDone: { type: Number, required: true },
    pieces: { type: Number, required: true },
    namesParents: { type: Boolean },
    renewedAt: { type: Date, required: true },
  },
  storedIn('deviceImports'),
);
/** The sweep, and what nobody goes on with. */
deviceImportSchema.index({ expiresAt: 1 });
deviceImportSchema.index({ status: 1, renewedAt: 1 });

export const deviceImportPieceSchema = new Schema<ImportPiece>(
  { _id: { type: String, required: true }, sealedRows: { type: String, required: true } },
  storedIn('deviceImportPieces'),
);

export const deviceImportProblemSchema = new Schema<DeviceImportProblem>(
  {
    _id: { type: String, required: true },
    row: { type: Number, required: true },
    value: { type: String },
    problem: { type: String, enum: IMPORT_PROBLEMS, required: true },
    text: { type: String, required: true },
  },
  storedIn('deviceImportProblems'),
);
