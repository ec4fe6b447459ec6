import { lwm2mWait } from '../lwm2m/current-wait';
import { type PlatformLedDialect, platformLedDialect, startsByAcceptance } from '../protocol/dialect';
import type { Negotiation, Task } from './task';
import { type LimitsMs, WAITS, type Wait } from './waits';

export type { Negotiation } from './task';

export const newNegotiation = (onlineMs: number, servedBefore = 0): Negotiation => ({
  onlineMs,
  queriedAt: null,
  begunAt: null,
  openedAt: null,
  heard: false,
  servedBefore,
});

type Negotiating = Pick<Task, 'negotiation' | 'dialect'>;

/** True while the upgrade has a workflow: its device was asked in this attempt or, where that is what starts it, has accepted a package. */
export function isNegotiating({ negotiation, dialect }: Negotiating): boolean {
  if (negotiation == null) return false;
  return negotiation.begunAt !== null || (negotiation.queriedAt !== null && !startsByAcceptance({ dialect }));
}

export type Awaiting = Negotiating & Pick<Task, 'reacted' | 'progress' | 'download' | 'lwm2m'>;

/** What an upgrade waits for, and until when. */
export interface CurrentWait {
  until: Date;
  wait: Pick<Wait, 'cause'>;
}

/** The present wait of a workflow; null when the task waits as a document. `fileBytes`: of the package's files. */
export function currentWait(task: Awaiting, limits: LimitsMs, fileBytes: number): CurrentWait | null {
  const dialect = platformLedDialect(task);
  return dialect && CURRENT[dialect](task, limits as never, fileBytes);
}

const CURRENT: { [D in PlatformLedDialect]: (task: Awaiting, limits: LimitsMs<D>, fileBytes: number) => CurrentWait | null } = {
  IOTDA: iotdaWait,
  LWM2M: lwm2mWait,
};

/** A repeated query during the download ends nothing. */
function iotdaWait(task: Awaiting, limits: LimitsMs<'IOTDA'>, fileBytes: number): CurrentWait | null {
  const { negotiation } = task;
  if (negotiation == null) return null;
  const { queriedAt, begunAt, confirmingAt } = negotiation;
  const since = confirmingAt ?? begunAt ?? queriedAt;
  if (since === null) return null;
  const wait = WAITS.IOTDA[iotdaStep(task, fileBytes)];
  return { until: new Date(since.getTime() + limits[wait.limit]), wait };
}

function iotdaStep({ negotiation, reacted, progress, download }: Awaiting, fileBytes: number): keyof typeof WAITS.IOTDA {
  if (negotiation?.confirmingAt) return 'confirm';
  if (negotiation?.begunAt == null) return 'version';
  if (!reacted) return 'start';
  const served = (download?.bytesServed ?? 0) - negotiation.servedBefore;
  return progress === 100 || served >= fileBytes ? 'result' : 'download';
}
