import type { Limits } from '../limits';
import type { Violation } from '../violation';
import { wholeNumberViolations } from '../whole-number';
import type { HaltPolicy, Judged } from './batch';

/** Under whichever of its names it was given. */
export const minimumOf = ({ minimumJudged, minimumFinished }: HaltPolicy): number => minimumJudged ?? minimumFinished ?? 1;

/** As a new batch keeps it. */
export const withMinimum = ({ minimumFinished, ...halt }: HaltPolicy): HaltPolicy => ({
  ...halt,
  minimumJudged: halt.minimumJudged ?? minimumFinished,
});

/** R-BAT-24: why the batch is to halt, in words with its figures; null while it may go on. `judged`: from the start, or the last resume. */
export function haltReason(halt: HaltPolicy, { succeeded, failed }: Judged): string | null {
  const { failedPercent, failedCount } = halt;
  const judged = succeeded + failed;
  if (failed === 0 || judged < minimumOf(halt)) return null;
  const byShare = failedPercent != null && failed * 100 >= failedPercent * judged;
  const byCount = failedCount != null && failed >= failedCount;
  if (!byShare && !byCount) return null;
  const share = Math.round((failed * 1_000) / judged) / 10;
  const threshold = byShare ? `${failedPercent} %` : `${failedCount} devices`;
  return `${failed} of ${judged} devices with an outcome have failed (${share} %); the threshold is ${threshold}.`;
}

/** With so many failures: as many successes as can matter. With that many or more, the batch does what it does with that many. */
export function successesToCount(halt: HaltPolicy, failed: number): number {
  const { failedPercent, failedCount } = halt;
  const forMinimum = minimumOf(halt) - failed;
  if (failedPercent == null || (failedCount != null && failed >= failedCount)) return Math.max(0, forMinimum);
  const belowShare = Math.floor((failed * (100 - failedPercent)) / failedPercent) + 1;
  return Math.max(0, forMinimum, belowShare);
}

/** The fewest devices with which it can halt: if each of them fails. */
export function fewestToHalt(halt: HaltPolicy): number {
  return Math.max(minimumOf(halt), halt.failedPercent == null ? (halt.failedCount ?? 1) : 1);
}

export function haltViolations(halt: HaltPolicy, { haltDevicesMaximum }: Limits): Violation[] {
  const { failedPercent, failedCount } = halt;
  const most = haltDevicesMaximum;
  return [
    ...(failedPercent == null && failedCount == null ? [NO_THRESHOLD] : []),
    ...(failedPercent == null ? [] : wholeNumberViolations('halt.failedPercent', 'share of failures', 'percent', failedPercent, 1, 100)),
    ...(failedCount == null ? [] : wholeNumberViolations('halt.failedCount', 'number of failures', 'devices', failedCount, 1, most)),
    ...minimumViolations(halt, most),
  ];
}

/** Named as the caller has named it. */
function minimumViolations({ minimumJudged, minimumFinished }: HaltPolicy, most: number): Violation[] {
  if (minimumJudged == null && minimumFinished == null) return [NO_MINIMUM];
  if (minimumJudged != null && minimumFinished != null && minimumJudged !== minimumFinished)
    return [twoMinimums(minimumJudged, minimumFinished)];
  const name = minimumJudged == null ? 'minimumFinished' : 'minimumJudged';
  const minimum = minimumJudged ?? minimumFinished ?? 0;
  return wholeNumberViolations(`halt.${name}`, 'minimum of devices with an outcome', 'devices', minimum, 1, most);
}

const NO_THRESHOLD: Violation = {
  code: 'REQUIRED',
  field: 'halt',
  message: 'The halt policy names no threshold.',
  hint: 'Give `failedPercent`, `failedCount` or both, or leave the halt policy out.',
};

const NO_MINIMUM: Violation = {
  code: 'REQUIRED',
  field: 'halt.minimumJudged',
  message: 'The halt policy does not say how many devices must have an outcome before it can halt the batch.',
  hint: 'Give `minimumJudged`; 1 if the first failure may halt the batch.',
};

const twoMinimums = (minimumJudged: number, minimumFinished: number): Violation => ({
  code: 'ALIAS_DIFFERS',
  field: 'halt.minimumFinished',
  message: `The halt policy has two minimums: \`minimumJudged\` is ${minimumJudged}, and \`minimumFinished\`, its older name, is ${minimumFinished}.`,
  hint: 'Give `minimumJudged` alone.',
});
