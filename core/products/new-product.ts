import type { Dialect } from '../../schema/model/protocol/dialect';

export interface NewProduct {
  key?: string | null;
  name: string;
  /** LINK when not given. */
  dialect?: Dialect | null;
  /** IoTDA devices get the `_v2` events. */
  selfSignedUrls?: boolean | null;
  /** R-FLOW-2: IoTDA devices are asked for their version before a result counts as success. */
  confirmByQuery?: boolean | null;
  /** Of its LwM2M devices (`schema/model/protocol/lwm2m-settings.ts`). */
  plainCoap?: boolean | null;
  awakeSeconds?: number | null;
  ackTimeoutSeconds?: number | null;
  idempotencyKey?: string | null;
}
