import { date, schemaOf, text } from './declaration';

/** A gateway process that is, or was, alive. */
export interface GatewayRecord {
  _id: string;
  startedAt: Date;
  /** Renewed while the process lives; one that stays away is dead, and its devices are off-line. */
  seenAt: Date;
}

export const gatewaySchema = schemaOf<GatewayRecord>({ _id: text, startedAt: date, seenAt: date });

gatewaySchema.index({ seenAt: 1 });
