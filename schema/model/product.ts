import type { BatchId } from './ids';
import type { Dialect } from './protocol/dialect';
import type { Lwm2mSettings } from './protocol/lwm2m-settings';

/** What is absent of the LwM2M settings is as by default. */
export interface Product extends Partial<Lwm2mSettings> {
  /** The product key devices authenticate with, `[A-Za-z0-9]{4,32}`. */
  _id: string;
  name: string;
  /** What its devices speak where nobody says otherwise. */
  dialect: Dialect;
  /** Its IoTDA devices want the `_v2` events, whose address needs no token. Absent: no. */
  selfSignedUrls?: boolean;
  /** R-FLOW-2: its IoTDA devices are asked for their version before a result counts as success. Absent: no. */
  confirmByQuery?: boolean;
  /** R-BAT-20: a second batch for the same module and source version, of another package, is refused. Absent: no. */
  refuseConflictingBatches?: boolean;
  /** Written by every creation that looks for conflicts, so that two at once meet. */
  lastBatchId?: BatchId;
  createdAt: Date;
}
