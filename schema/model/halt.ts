import type { Finished, HaltPolicy } from './batch';
import type { Limits } from './limits';
import type { Violation } from './violation';
import { wholeNumberViolations } from './whole-number';

/** R-BAT-24: why the batch is to halt, in words with its figures; null while it may go on. `finished` counts from the start or the last resume. */
export function haltReason({ failedPercent, failedCount, minimumFinished }: HaltPolicy, { succeeded, failed }: Finished): string | null {
  const finished = succeeded + failed;
  if (failed === 0 || finished < minimumFinished) return null;
  const byShare = failedPercent != null && failed * 100 >= failedPercent * finished;
  const byCount = failedCount != null && failed >= failedCount;
  if (!byShare && !byCount) return null;
  const share = Math.round((failed * 1_000) / finished) / 10;
  const threshold = byShare ? `${failedPercent} %` : `${failedCount} devices`;
  return `${failed} of ${finished} finished devices have failed (${share} %); the threshold is ${threshold}.`;
}

export function haltViolations(halt: HaltPolicy, { haltDevicesMaximum }: Limits): Violation[] {
  const { failedPercent, failedCount, minimumFinished } = halt;
  const most = haltDevicesMaximum;
  return [
    ...(failedPercent == null && failedCount == null ? [NO_THRESHOLD] : []),
    ...(failedPercent == null
      ? []
      : wholeNumberViolations('policy.halt.failedPercent', 'share of failures', 'percent', failedPercent, 1, 100)),
    ...(failedCount == null ? [] : wholeNumberViolations('policy.halt.failedCount', 'number of failures', 'devices', failedCount, 1, most)),
    ...wholeNumberViolations('policy.halt.minimumFinished', 'minimum of finished devices', 'devices', minimumFinished, 1, most),
  ];
}

const NO_THRESHOLD: Violation = {
  code: 'REQUIRED',
  field: 'policy.halt',
  message: 'The halt policy names no threshold.',
  hint: 'Give `failedPercent`, `failedCount` or both, or leave the halt policy out.',
};
