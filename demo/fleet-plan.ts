import { type DialectOver, dialectsOver } from '../schema/model/protocol/dialect';
import {
  type Behaviour,
  corruptDownload,
  disconnectsAt,
  failsWith,
  offlineUntil,
  resultCode,
  stallsAt,
  wrongVersion,
} from '../test/support/devices/behaviours';
import { expectedEnd, type TaskEnd } from './expected-end';

/** What virtual devices of the demo speak. */
export type DemoDialect = DialectOver<'MQTT'>;
const DIALECTS = dialectsOver('MQTT');

export type FleetDialect = Lowercase<DemoDialect> | 'mixed';
/** As the command line names them. */
const SPOKEN = Object.fromEntries(DIALECTS.map((dialect) => [dialect.toLowerCase(), [dialect]])) as Record<
  Lowercase<DemoDialect>,
  DemoDialect[]
>;
/** Dealt out in turn to the devices of a fleet, so that each stretch of a mixed one has all of them. */
const DEALT: Record<FleetDialect, readonly DemoDialect[]> = { ...SPOKEN, mixed: DIALECTS };
export const FLEET_DIALECTS = Object.keys(DEALT) as readonly FleetDialect[];

export interface PlannedDevice {
  deviceName: string;
  dialect: DemoDialect;
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
const FAULTS: Record<DemoDialect, readonly Behaviour[]> = {
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
};

/** Who does what in a demo of so many devices: the same for the same number. */
export function planFleet(devices: number, timeoutMinutes: number, fleet: FleetDialect): PlannedDevice[] {
  const stalledAt = timeoutMinutes <= LONGEST_STALL_MINUTES ? STALLED_AT : Number.POSITIVE_INFINITY;
  const offline = spread(Math.round(devices * OFFLINE_SHARE), devices, 0.75);
  // Not among the first: who fails early waits behind all others for another attempt.
  const first = Math.floor(devices / 3);
  const faulty = spread(Math.round(devices * FAULTY_SHARE), devices - first, 0.25, first);
  let dealt = 0;
  const dealtTo = Object.fromEntries(DIALECTS.map((dialect) => [dialect, 0])) as Record<DemoDialect, number>;
  const nextFault = (dialect: DemoDialect): Behaviour | null =>
    dealt++ === stalledAt ? STALLED : (FAULTS[dialect][dealtTo[dialect]++ % FAULTS[dialect].length] ?? null);
  return Array.from({ length: devices }, (_, index) => {
    const dialect = dialectAt(fleet, index);
    const fault = faulty.has(index) ? nextFault(dialect) : null;
    const planned = expectedEnd(fault, MAX_RETRIES);
    if (!planned) throw new Error(`a demo with a device that is ${fault?.kind} would not end`);
    const deviceName = `meter-${String(index + 1).padStart(4, '0')}`;
    return { deviceName, dialect, fault, offline: offline.has(index) && fault === null, planned };
  });
}

export function behavioursOf({ fault, offline }: PlannedDevice): Behaviour[] {
  return [...(fault ? [fault] : []), ...(offline ? [offlineUntil('told')] : [])];
}

function dialectAt(fleet: FleetDialect, index: number): DemoDialect {
  const dealt = DEALT[fleet];
  return dealt[index % dealt.length] as DemoDialect;
}

/** Places evenly apart; `phase` keeps the two kinds from falling on the same devices. */
function spread(count: number, among: number, phase: number, from = 0): Set<number> {
  return new Set(Array.from({ length: count }, (_, place) => from + Math.min(among - 1, Math.floor(((place + phase) * among) / count))));
}
