import { FIXED_LIMITS } from '../../schema/model/limits';
import { type SeriesStep, type SeriesSubject, stepFor } from '../../schema/model/series';
import { batchPoints, DEFAULT_RANGE_MS, flowPoints } from '../../schema/model/series-points';
import type { Collections } from '../../schema/mongo/connect';
import { requireRole } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import type { Clock } from '../clock';
import { UserError } from '../errors';
import type { SeriesRange, SeriesService } from './contract';
import { sampleBefore, samplesIn } from './read';

/** Nothing is older than this, nor any time later; years beyond can't be written as times. */
const EARLIEST = new Date('2000-01-01T00:00:00Z');

export function createSeriesService({ collections, clock }: { collections: Collections; clock: Clock }): SeriesService {
  const { seriesSamples } = collections;

  function rangeOf({ from, to }: SeriesRange, defaults: { from: Date; to: Date }): { from: Date; to: Date; step: SeriesStep; now: Date } {
    const now = clock();
    const range = { from: from ?? defaults.from, to: to ?? defaults.to };
    if (range.to > now) range.to = now;
    if (range.from < EARLIEST) throw outOfRange('from', `\`from\` is before ${EARLIEST.getUTCFullYear()}.`);
    if (range.from > range.to) throw outOfRange('from', '`from` is after `to`, or in the future.');
    return { ...range, now, step: stepFor(range.from, range.to, now, FIXED_LIMITS.seriesPoints) };
  }

  return {
    async ofBatch({ _id, createdAt, endedAt }, asked) {
      const { from, to, step, now } = rangeOf(asked, { from: createdAt, to: endedAt ?? clock() });
      const subject = `b:${_id}` as const;
      const [samples, before] = await Promise.all([
        samplesIn(seriesSamples, subject, step, from, to),
        sampleBefore(seriesSamples, subject, step, from),
      ]);
      return { from, to, stepMinutes: step.minutes, points: batchPoints(samples, before, step, from, now) };
    },
    async ofPlatform(viewer, productKey, asked) {
      requireRole(viewer, 'VIEWER');
      const end = asked.to ?? clock();
      const { from, to, step, now } = rangeOf(asked, { from: new Date(end.getTime() - DEFAULT_RANGE_MS), to: end });
      const samples = [];
      for (const subject of subjectsOf(viewer, productKey)) samples.push(...(await samplesIn(seriesSamples, subject, step, from, to)));
      return { from, to, stepMinutes: step.minutes, points: flowPoints(samples, step, now) };
    },
  };
}

/** Whoever may see only some products sees the sum of these. */
function subjectsOf({ products }: Viewer, productKey: string | null): SeriesSubject[] {
  if (productKey !== null) return products === null || products.includes(productKey) ? [`p:${productKey}`] : [];
  return products === null ? ['*'] : products.map((key) => `p:${key}` as const);
}

const outOfRange = (field: string, message: string): UserError =>
  new UserError('OUT_OF_RANGE', { field, message, hint: 'Give a range of times in the past, the earlier one first.' });
