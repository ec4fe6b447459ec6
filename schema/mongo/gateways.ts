import { Schema } from 'mongoose';
import { storedIn } from './options';

/** A gateway process that is, or was, alive. */
export interface GatewayRecord {
  _id: string;
  startedAt: Date;
  /** Renewed while the process lives; one that stays away is dead, and its devices are off-line. */
  seenAt: Date;
}

export const gatewaySchema = new Schema<GatewayRecord>(
  { _id: { type: String, required: true }, startedAt: { type: Date, required: true }, seenAt: { type: Date, required: true } },
  storedIn('gateways'),
);

gatewaySchema.index({ seenAt: 1 });
