import { DIALECTS, type Dialect, type Speaking, traitsOf } from '../schema/model/protocol/dialect';
import {
  type Behaviour,
  corruptDownload,
  disconnectsAt,
  failsWith,
  offlineUntil,
  resultCode,
  stallsAt,
  staysOnSourceVersion,
  wrongVersion,
} from '../test/support/devices/behaviours';
import { ends, refuses } from '../test/support/devices/lwm2m/lwm2m-behaviours';
import { expectedEnd, type TaskEnd } from './expected-end';
import { type Lwm2mPlan, lwm2mPlan } from './lwm2m-plan';

export type FleetDialect = Lowercase<Dialect> | 'mixed';
/** As the command line names them. */
const SPOKEN = Object.fromEntries(DIALECTS.map((dialect) => [dialect.toLowerCase(), [dialect]])) as Record<Lowercase<Dialect>, Dialect[]>;
/** Dealt out in turn to the devices of a fleet, so that each stretch of a mixed one has all of them. */
const DEALT: Record<FleetDialect, readonly Dialect[]> = { ...SPOKEN, mixed: DIALECTS };
export const FLEET_DIALECTS = Object.keys(DEALT) as readonly FleetDialect[];

export interface PlannedDevice {
  deviceName: string;
  dialect: Dialect;
  /** Of an LwM2M device. */
  lwm2m: Lwm2mPlan | null;
  fault: Behaviour | null;
  /** Off-line at first; comes on-line when told. */
  offline: boolean;
  planned: TaskEnd;
}

export const MAX_RETRIES = 2;
const OFFLINE_SHARE = 0.04;
const FAULTY_SHARE = 0.05;

/** One device only, the fourth that is faulty, and where the time-out is short: a demo has to wait for it. */
const STALLED = stallsAt(60);
const STALLED_AT = 3;
const LONGEST_STALL_MINUTES = 2;

/** Dealt out in this order, over and over, to the devices of each dialect. */
const FAULTS: Record<Dialect, readonly Behaviour[]> = {
  LINK: [
    failsWith(-1, { times: 1 }),
    corruptDownload(),
    disconnectsAt('progress', { forMs: 2_000 }),
    failsWith(-2),
    wrongVersion('1.9.9-wrong', { times: 1 }),
    failsWith(-3),
    corruptDownload({ times: 1 }),
    failsWith(-4),
    disconnectsAt('reboot', { forMs: 3_000 }),
  ],
  IOTDA: [
    resultCode(1, { times: 1 }),
    resultCode(4),
    disconnectsAt('progress', { forMs: 2_000 }),
    corruptDownload({ times: 1 }),
    resultCode(5),
    wrongVersion('1.9.9-wrong', { times: 1 }),
    resultCode(10, { times: 1 }),
    corruptDownload(),
    disconnectsAt('reboot', { forMs: 3_000 }),
  ],
  LWM2M: [
    ends(4, 'downloaded', { times: 1 }),
    ends(2, 'downloaded'),
    disconnectsAt('progress', { forMs: 2_000 }),
    staysOnSourceVersion({ times: 1 }),
    corruptDownload(),
    wrongVersion('1.9.9-wrong', { times: 1 }),
    refuses('POST', '/5/0/2', '4.05', { times: 1 }),
    ends(6, 'downloaded'),
    disconnectsAt('reboot', { forMs: 3_000 }),
  ],
};

/** Who does what in a demo of so many devices: the same for the same number. */
export function planFleet(devices: number, timeoutMinutes: number, fleet: FleetDialect): PlannedDevice[] {
  const stalledAt = timeoutMinutes <= LONGEST_STALL_MINUTES ? STALLED_AT : Number.POSITIVE_INFINITY;
  const offline = spread(Math.round(devices * OFFLINE_SHARE), devices, 0.75);
  // Not among the first: who fails early waits behind all others for another attempt.
  const first = Math.floor(devices / 3);
  const faulty = spread(Math.round(devices * FAULTY_SHARE), devices - first, 0.25, first);
  let dealt = 0;
  const dealtTo = Object.fromEntries(DIALECTS.map((dialect) => [dialect, 0])) as Record<Dialect, number>;
  const nextFault = (dialect: Dialect): Behaviour | null =>
    dealt++ === stalledAt ? STALLED : (FAULTS[dialect][dealtTo[dialect]++ % FAULTS[dialect].length] ?? null);
  let cellular = 0;
  return Array.from({ length: devices }, (_, index) => {
    const dialect = dialectAt(fleet, index);
    const fault = faulty.has(index) ? nextFault(dialect) : null;
    const planned = expectedEnd(fault, MAX_RETRIES, dialect);
    if (!planned) throw new Error(`a demo with a device that is ${fault?.kind} would not end`);
    const deviceName = `meter-${String(index + 1).padStart(4, '0')}`;
    const lwm2m = isOverCoap({ dialect }) ? lwm2mPlan(cellular++, fault) : null;
    return { deviceName, dialect, lwm2m, fault, offline: offline.has(index) && fault === null, planned };
  });
}

/** Of a fleet of so many devices. */
export const devicesOverCoap = (devices: number, fleet: FleetDialect): number =>
  Array.from({ length: devices }, (_, index) => dialectAt(fleet, index)).filter((dialect) => isOverCoap({ dialect })).length;

export const isOverCoap = (device: Speaking): boolean => traitsOf(device).transport === 'COAP';

export function behavioursOf({ fault, offline }: PlannedDevice): Behaviour[] {
  return [...(fault ? [fault] : []), ...(offline ? [offlineUntil('told')] : [])];
}

function dialectAt(fleet: FleetDialect, index: number): Dialect {
  const dealt = DEALT[fleet];
  return dealt[index % dealt.length] as Dialect;
}

/** Places evenly apart; `phase` keeps the two kinds from falling on the same devices. */
function spread(count: number, among: number, phase: number, from = 0): Set<number> {
  return new Set(Array.from({ length: count }, (_, place) => from + Math.min(among - 1, Math.floor(((place + phase) * among) / count))));
}
