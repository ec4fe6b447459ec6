import type { mongo } from 'mongoose';
import { type SeriesSample, type SeriesStep, type SeriesSubject, sampleId, stepStart } from '../../schema/model/series';

type Samples = mongo.Collection<SeriesSample>;
const MAX_TIME_MS = 10_000;

/** The last point of a batch: by the hour, which are kept for longest, and of which the last is as new as that of the last minute. */
export const lastSample = (samples: Samples, subject: SeriesSubject): Promise<SeriesSample | null> =>
  samples.findOne({ _id: { $gte: `${subject}/60/`, $lt: `${subject}/600` } }, { sort: { _id: -1 } });

/** The points of a range, the oldest first, along their ids. */
export const samplesIn = (
  samples: Samples,
  subject: SeriesSubject,
  { stored }: SeriesStep,
  from: Date,
  to: Date,
): Promise<SeriesSample[]> =>
  samples
    .find(
      { _id: { $gte: sampleId(subject, stored, stepStart(from, stored)), $lte: sampleId(subject, stored, to) } },
      { sort: { _id: 1 }, maxTimeMS: MAX_TIME_MS },
    )
    .toArray();

/** The last point before a range: where its numbers begin. */
export const sampleBefore = (samples: Samples, subject: SeriesSubject, { stored }: SeriesStep, from: Date): Promise<SeriesSample | null> =>
  samples.findOne(
    { _id: { $gte: `${subject}/${stored}/`, $lt: sampleId(subject, stored, stepStart(from, stored)) } },
    { sort: { _id: -1 }, maxTimeMS: MAX_TIME_MS },
  );
