import { EVIDENCE, type Evidence } from '../../model/task/evidence';
import type { TaskStatus } from '../../model/task/task';
import type { Migration } from './migration';
import { portions } from './portions';

/** Tasks changed by one command. */
const PORTION = 5_000;

/**
 * The threshold of a halt counts the outcomes of devices from now on (R-BAT-24), so tasks get the one that follows from what is on their
 * record; what a halt before had forgiven stays so. `minimumFinished` gets its new name. A task that has an outcome is left alone, so this
 * may be cut anywhere.
 */
export const outcomes: Migration = {
  number: 3,
  name: 'Tasks have an outcome, which a failure threshold counts',
  async run({ collections: { batches, tasks } }, signal) {
    for await (const _id of portions(tasks, {}, PORTION, signal))
      await tasks.updateMany({ _id, outcome: { $exists: false } }, WITH_OUTCOME);
    await batches.updateMany({ haltBase: { $exists: true } } as object, [
      { $set: { judgedFrom: { $ifNull: ['$judgedFrom', '$haltBase.at', '$updatedAt'] } } },
      { $unset: 'haltBase' },
    ]);
    await batches.updateMany({ 'policy.halt.minimumFinished': { $exists: true } }, [
      { $set: { 'policy.halt.minimumJudged': { $ifNull: ['$policy.halt.minimumJudged', '$policy.halt.minimumFinished'] } } },
      { $unset: 'policy.halt.minimumFinished' },
    ]);
  },
};

const causesOf = (wanted: Evidence): string[] =>
  Object.entries(EVIDENCE).flatMap(([cause, evidence]) => (evidence === wanted ? cause : []));
const isOf = (cause: string, evidence: Evidence) => ({ $in: [cause, causesOf(evidence)] });
const isSet = (date: string) => ({ $gt: [date, null] });
const nothing = '$$REMOVE';

const firstAttempt = { $ifNull: ['$firstAttempt', 1] };
/** The last attempt of the present run that said something about the package. */
const shown = {
  $last: {
    $filter: {
      input: '$attempts',
      as: 'one',
      cond: { $and: [{ $gte: ['$$one.number', firstAttempt] }, isOf('$$one.cause', 'COUNTS'), isSet('$$one.startedAt')] },
    },
  },
};
const lastStep = { $last: '$transitions' };
const wentBack = {
  $and: [
    { $eq: [{ $getField: { field: 'from', input: lastStep } }, 'SUCCEEDED'] },
    {
      $or: [
        { $eq: ['$sourceVersion', null] },
        { $eq: [{ $getField: { field: 'text', input: lastStep } }, { $concat: ['version regressed: ', '$sourceVersion'] }] },
      ],
    },
  ],
};
const shownAt = { $ifNull: [{ $getField: { field: 'endedAt', input: shown } }, nothing] };
/** The value of the first case that holds. */
const firstOf = (cases: [holds: unknown, value: unknown][], otherwise: unknown): unknown =>
  cases.reduceRight<unknown>((rest, [holds, value]) => ({ $cond: [holds, value, rest] }), otherwise);

const failedAt = firstOf(
  [
    [isOf('$cause', 'LIFTED'), nothing],
    [{ $and: [isOf('$cause', 'COUNTS'), isSet('$notifiedAt')] }, '$endedAt'],
  ],
  shownAt,
);

const isIn = (status: TaskStatus) => ({ $eq: ['$status', status] });
const perOutcome = (succeeded: unknown, regressed: unknown, failed: unknown, failing: unknown): unknown =>
  firstOf(
    [
      [{ $and: [isIn('SUCCEEDED'), { $not: isSet('$firstNotifiedAt') }] }, nothing],
      [{ $and: [isIn('SUCCEEDED'), wentBack] }, regressed],
      [isIn('SUCCEEDED'), succeeded],
      [isIn('FAILED'), failed],
      [{ $and: ['$active', { $gt: ['$attempt', firstAttempt] }] }, failing],
    ],
    nothing,
  );

const WITH_OUTCOME = [
  {
    $set: {
      outcome: perOutcome('SUCCEEDED', 'REGRESSED', 'FAILED', 'FAILING'),
      judgedAt: perOutcome('$endedAt', { $getField: { field: 'at', input: lastStep } }, failedAt, shownAt),
    },
  },
];
