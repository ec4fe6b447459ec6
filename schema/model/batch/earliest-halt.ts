import type { BatchPolicy } from './batch';
import { fewestToHalt } from './halt';
import { pushCurve } from './push-curve';
import { currentRate, pushWindow, WINDOWS_A_MINUTE } from './push-rate';

/** R-BAT-23, R-BAT-24: how much a halt can hold back at best. */
export interface EarliestHalt {
  /** Devices that must have been notified, and have failed. */
  devices: number;
  /** Further devices that are notified at most while that is found out: those of the push window under way. */
  inFlight: number;
  /** When the last of `devices` is notified; null when that cannot be said, or is never. */
  at: Date | null;
  /** False: as many devices are not in it, so that failures never halt it. */
  possible: boolean;
}

const MINUTE_MS = 60_000;

interface Preview {
  /** Devices to notify. */
  devices: number;
  policy: BatchPolicy;
  startAt: Date;
  /** Further devices may come. */
  isDynamic: boolean;
}

/** Null without a threshold. `minuteMs` is 60,000 save in tests. */
export function earliestHalt({ devices, policy, startAt, isDynamic }: Preview, minuteMs = MINUTE_MS): EarliestHalt | null {
  if (!policy.halt) return null;
  const fewest = fewestToHalt(policy.halt);
  // With the last of its devices a batch is over, unless that is tried again.
  const enough = policy.retry === null ? devices > fewest : devices >= fewest;
  const possible = isDynamic || enough;
  if (policy.proactivePush === false) return { devices: fewest, inFlight: 0, at: null, possible };
  const { count } = pushWindow(currentRate(policy.rate, fewest), MINUTE_MS, MINUTE_MS / WINDOWS_A_MINUTE);
  const inFlight = isDynamic ? count : Math.max(0, Math.min(count, devices - fewest));
  const lastPushMinute = enough && !policy.confirmation ? pushCurve(fewest, policy.rate).lastPushMinute : null;
  const at = lastPushMinute === null ? null : new Date(startAt.getTime() + lastPushMinute * minuteMs);
  return { devices: fewest, inFlight, at, possible };
}
