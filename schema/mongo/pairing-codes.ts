import type { PairingCode, PairingTries } from '../model/access';
import { date, nullable, number, optional, schemaOf, text } from './declaration';

export const pairingCodeSchema = schemaOf<PairingCode>({
  _id: text,
  registration: nullable(text),
  digest: text,
  expiresAt: date,
  madeBy: optional(text),
  redeemedBy: optional(text),
});
pairingCodeSchema.index({ digest: 1 }, { unique: true });
pairingCodeSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const pairingTriesSchema = schemaOf<PairingTries>({ _id: text, count: number, expiresAt: date });
pairingTriesSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
