import type { TaskId } from '../model/ids';
import { date, number, optional, schemaOf, text } from './declaration';

/** What a short download address that was given out is for (R-DL-4). The token that opens it is nowhere in the store. */
export interface DownloadTokenRecord {
  /** SHA-256 of the token, base64url. */
  _id: string;
  taskId: TaskId;
  attempt: number;
  fileIndex: number;
  /** What the device was known by then, short. Absent where it had nothing that changes. */
  grant?: string;
  /** Later when the address is given out again. */
  expiresAt: Date;
}

/** So long an expired token is told apart from one that never was. */
const KEPT_S = 24 * 60 * 60;

export const downloadTokenSchema = schemaOf<DownloadTokenRecord>({
  _id: text,
  taskId: text,
  attempt: number,
  fileIndex: number,
  grant: optional(text),
  expiresAt: date,
});
downloadTokenSchema.index({ expiresAt: 1 }, { expireAfterSeconds: KEPT_S });
