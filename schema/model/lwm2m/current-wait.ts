import type { Awaiting, CurrentWait } from '../task/negotiation';
import { type LimitsMs, WAITS, type Wait } from '../task/waits';
import type { Lwm2mStep, Lwm2mUpgrade } from './upgrade';

type Limits = LimitsMs<'LWM2M'>;

const MIB = 1024 ** 2;
/** A download may take as long as its limit, and a third of it for each MiB: 20 minutes of 60 (device-protocols §3.8). */
const A_MIB = 1 / 3;

/** How long a file of so many bytes may take, in milliseconds. */
export const downloadMsOf = ({ downloadMinutes }: Pick<Limits, 'downloadMinutes'>, fileBytes: number): number =>
  downloadMinutes * Math.max(1, (fileBytes / MIB) * A_MIB);

/** The wait of a device that has accepted a package; null before, when the task waits as a document. */
export function lwm2mWait({ negotiation, lwm2m }: Awaiting, limits: Limits, fileBytes: number): CurrentWait | null {
  if (negotiation?.begunAt == null || lwm2m == null) return null;
  const downloadMs = downloadMsOf(limits, fileBytes);
  const whole = negotiation.begunAt.getTime() + wholeMs(limits, downloadMs);
  return { until: new Date(Math.min(whole, stepEnd(lwm2m, limits, downloadMs))), wait: waitOf(lwm2m) };
}

function stepEnd(lwm2m: Lwm2mUpgrade, limits: Limits, downloadMs: number): number {
  const { step, since } = lwm2m;
  const wait: Wait<'LWM2M'> = WAITS.LWM2M[step];
  const from = since.getTime();
  if (step === 'DOWNLOAD') return from + downloadMs;
  if (step === 'DEFERRED') return from + limits.resultMinutes + deferMs(lwm2m, limits);
  if (!wait.awake) return from + limits[wait.limit];
  const longest = from + longestAsleep(step, limits, downloadMs);
  return lwm2m.asleepSince === null ? Math.min(longest, from + limits[wait.limit] + lwm2m.sleptMs) : longest;
}

/** Every wait has an end, also that of a device which never listens. */
const longestAsleep = (step: Lwm2mStep, limits: Limits, downloadMs: number): number =>
  Math.max(limits.startMinutes, limits.updateMinutes, step === 'START' ? downloadMs : limits.resultMinutes);

/** Maximum Defer Period (LwM2M 1.2 core, E.6, `/5/x/13`), within reason; the limit where the device does not say. */
const deferMs = ({ deferSeconds }: Lwm2mUpgrade, { deferMinutes }: Limits): number =>
  deferSeconds === null ? deferMinutes : Math.min(deferSeconds * 1_000, MOST_DEFERS * deferMinutes);
const MOST_DEFERS = 7;

/** A device that goes to and fro between steps begins each anew: all together they end. */
function wholeMs(limits: Limits, downloadMs: number): number {
  const { startMinutes, executeMinutes, updateMinutes, resultMinutes, checkMinutes, deferMinutes } = limits;
  return startMinutes + 3 * downloadMs + executeMinutes + updateMinutes + 2 * resultMinutes + checkMinutes + MOST_DEFERS * deferMinutes;
}

/** device-protocols §3.8: without a result, it matters whether the device was still there. */
function waitOf({ step, asleepSince, executedAt }: Lwm2mUpgrade): Pick<Wait, 'cause'> {
  if (executedAt !== null && asleepSince !== null && (step === 'RESULT' || step === 'UPDATE')) return CLOSING_UNANSWERED;
  return WAITS.LWM2M[step];
}

const CLOSING_UNANSWERED = { cause: 'UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT' } as const;
