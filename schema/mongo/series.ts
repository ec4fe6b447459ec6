import type { SeriesSample } from '../model/series';
import { date, mapOf, number, optional, schemaOf, text } from './declaration';

export const seriesSampleSchema = schemaOf<SeriesSample>({
  _id: text,
  step: number,
  at: date,
  pushed: number,
  succeeded: number,
  failed: number,
  sent: number,
  causes: optional(mapOf(number)),
  gap: number,
  lookedAt: optional(date),
  asked: optional(number),
});

/** What has been kept long enough. A series is read along its ids. */
seriesSampleSchema.index({ step: 1, at: 1 });
