import type { Awaiting, CurrentWait } from '../task/negotiation';
import { type LimitsMs, WAITS } from '../task/waits';

const MIB = 1024 ** 2;
/** A download may take as long as its limit, and a third of it for each MiB: 20 minutes of 60 (device-protocols §3.8). */
const A_MIB = 1 / 3;

/** The wait of a device that has accepted a package; null before, when the task waits as a document. */
export function lwm2mWait({ negotiation, lwm2m }: Awaiting, limits: LimitsMs<'LWM2M'>, fileBytes: number): CurrentWait | null {
  if (negotiation?.begunAt == null || lwm2m == null) return null;
  const { step, since } = lwm2m;
  const wait = WAITS.LWM2M[step];
  const scale = step === 'DOWNLOAD' ? Math.max(1, (fileBytes / MIB) * A_MIB) : 1;
  return { until: new Date(since.getTime() + limits[wait.limit] * scale + (wait.awake ? lwm2m.sleptMs : 0)), wait };
}
