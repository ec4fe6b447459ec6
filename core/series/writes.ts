import type { mongo } from 'mongoose';
import { addedCauses, type SeriesSample, type SeriesSubject, STORED_STEPS, sampleId, stepStart } from '../../schema/model/series';
import { isAsBefore, type Numbers, type Sampled } from './numbers';

export interface Looked {
  batch: Sampled;
  /** The last sample; null: it has none. */
  before: SeriesSample | null;
  numbers: Numbers;
}

/** When a look is, and what it is for. */
export interface LookAt {
  now: Date;
  /** The minute that has just ended. */
  minute: Date;
  /** Minutes since the look before. */
  gap: number;
  /** Batches that were there before the first look of all: what they had then has not happened since. */
  since: Date;
}

type Write = mongo.AnyBulkWriteOperation<SeriesSample>;
type Added = Pick<Numbers, 'pushed' | 'succeeded' | 'failed' | 'sent' | 'causes'>;

/** What a look writes: of batches whose numbers have changed, their products, and the platform, which has a point for each look. */
export function writesOf(looked: readonly Looked[], at: LookAt): Write[] {
  const changed = looked.filter(({ before, numbers }) => !isAsBefore(before, numbers));
  const added = new Map<SeriesSubject, Added[]>([['*', []]]);
  for (const look of changed) {
    const flow = addedBy(look, at);
    for (const subject of ['*', `p:${look.batch.productKey}`] as const) added.set(subject, [...(added.get(subject) ?? []), flow]);
  }
  return [
    ...changed.flatMap(({ batch, numbers }) => eachStep(`b:${batch._id}`, at, asTheyStand(numbers, at))),
    ...[...added].flatMap(([subject, flows]) => eachStep(subject, at, cameAbout(flows, at))),
  ];
}

function eachStep(subject: SeriesSubject, { minute }: LookAt, update: mongo.UpdateFilter<SeriesSample>): Write[] {
  return STORED_STEPS.map((step) => {
    const at = stepStart(minute, step);
    return { updateOne: { filter: { _id: sampleId(subject, step, at) }, update: { ...update, $setOnInsert: { step, at } }, upsert: true } };
  });
}

const asTheyStand = ({ causes, ...numbers }: Numbers, { now, gap }: LookAt): mongo.UpdateFilter<SeriesSample> => ({
  $set: { ...numbers, causes: { ...causes }, lookedAt: now },
  $max: { gap },
});

function cameAbout(flows: readonly Added[], { gap }: LookAt): mongo.UpdateFilter<SeriesSample> {
  const sum = (key: 'pushed' | 'succeeded' | 'failed' | 'sent') => flows.reduce((total, flow) => total + flow[key], 0);
  const causes: Record<string, number> = {};
  for (const flow of flows)
    for (const [cause, count] of Object.entries(flow.causes)) causes[`causes.${cause}`] = (causes[`causes.${cause}`] ?? 0) + count;
  const counts = { pushed: sum('pushed'), succeeded: sum('succeeded'), failed: sum('failed'), sent: sum('sent') };
  return { $inc: { ...counts, ...causes }, $max: { gap } };
}

function addedBy({ batch, before, numbers }: Looked, { since }: LookAt): Added {
  if (before === null && batch.createdAt < since) return { pushed: 0, succeeded: 0, failed: 0, sent: 0, causes: {} };
  const more = (key: 'pushed' | 'succeeded' | 'failed' | 'sent') => Math.max(0, numbers[key] - (before?.[key] ?? 0));
  return {
    ...{ pushed: more('pushed'), succeeded: more('succeeded'), failed: more('failed'), sent: more('sent') },
    causes: addedCauses(before?.causes ?? {}, numbers.causes),
  };
}
