import type { FailureCause } from './task/failure-causes';

/** Minutes that a stored point is for. */
export const STORED_STEPS = [1, 10, 60] as const;
export type StoredStep = (typeof STORED_STEPS)[number];

const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
const DAY_MINUTES = 24 * 60;

/** How long points of a step are kept, in days; those of an hour for as long as the operator says. */
const KEPT_DAYS: Partial<Record<StoredStep, number>> = { 1: 2, 10: 30 };
export const keptDays = (step: StoredStep, retentionDays: number): number => Math.min(KEPT_DAYS[step] ?? retentionDays, retentionDays);

/** Whose numbers: of a batch; of a product; of the whole platform. The last two are what happened within each step. */
export type SeriesSubject = `b:${string}` | `p:${string}` | '*';

interface Sample {
  /** `<subject>/<step>/<at>`: a subject's points of a step lie side by side, in order. */
  _id: string;
  step: number;
  /** When the step begins. */
  at: Date;
  /** Devices that were notified for the first time. */
  pushed: number;
  succeeded: number;
  failed: number;
  /** Notifications that began an attempt. */
  sent: number;
  /** Failures by cause; absent: none. */
  causes?: Record<string, number>;
  /** Minutes since the look before: more than one where nobody looked. */
  gap: number;
}

/** Of a batch: its numbers as they stood at the end of the step. Of the others: what came about in it. */
export interface SeriesSample extends Sample {
  /** Of a batch: when it was looked at. */
  lookedAt?: Date;
  /** Of a batch: devices a minute that its policy asked for. */
  asked?: number;
}

export type CauseCounts = Readonly<Partial<Record<FailureCause, number>>>;

export const stepStart = (at: Date, step: number): Date => {
  const ms = step * MINUTE_MS;
  return new Date(Math.floor(at.getTime() / ms) * ms);
};

/** To the minute, so that ids sort as times do. */
const written = (at: Date): string => at.toISOString().slice(0, 16);

export const sampleId = (subject: SeriesSubject, step: StoredStep, at: Date): string => `${subject}/${step}/${written(at)}`;
/** What the ids of a subject's points begin with. */
export const samplesOf = (subject: SeriesSubject): { $gte: string; $lt: string } => ({ $gte: `${subject}/`, $lt: `${subject}0` });

/** A step that a series is answered in: stored as it is, or in parts of `stored`. */
export interface SeriesStep {
  minutes: number;
  stored: StoredStep;
}

/** The finest step that is still kept for the whole range, in which it has no more than so many points. */
export function stepFor(from: Date, to: Date, now: Date, most: number): SeriesStep {
  const range = (to.getTime() - from.getTime()) / MINUTE_MS;
  const ageDays = (now.getTime() - from.getTime()) / DAY_MS;
  for (const step of STORED_STEPS) {
    const isKept = ageDays <= (KEPT_DAYS[step] ?? Number.POSITIVE_INFINITY);
    if (isKept && range / step <= most) return { minutes: step, stored: step };
  }
  const days = Math.ceil(range / DAY_MINUTES / most);
  return { minutes: Math.max(1, days) * DAY_MINUTES, stored: 60 };
}

/** What has been added since; fewer of a cause, as after a re-initiation, is none. */
export function addedCauses(before: CauseCounts, now: CauseCounts): Record<string, number> {
  const added = Object.entries(now).map(([cause, count]) => [cause, count - (before[cause as FailureCause] ?? 0)] as const);
  return Object.fromEntries(added.filter(([, count]) => count > 0));
}
