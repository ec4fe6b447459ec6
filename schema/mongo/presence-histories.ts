import { PRESENCE_REASONS, type PresenceChange, type PresenceHistory } from '../model/device/presence-changes';
import { date, flag, keysOf, list, nullable, object, oneOf, schemaOf, text } from './declaration';

/** Of a device that is gone, or has not come or gone for so long. */
const KEPT_S = 400 * 86_400;

export const presenceHistorySchema = schemaOf<PresenceHistory>({
  _id: text,
  changes: list(object<PresenceChange>({ at: date, online: flag, reason: nullable(oneOf(keysOf(PRESENCE_REASONS))) })),
  changedAt: date,
});
presenceHistorySchema.index({ changedAt: 1 }, { expireAfterSeconds: KEPT_S });
