import {
  type Behaviour,
  corruptDownload,
  disconnectsAt,
  failsWith,
  offlineUntil,
  stallsAt,
  wrongVersion,
} from '../test/support/devices/behaviours';
import { expectedEnd, type TaskEnd } from './expected-end';

export interface PlannedDevice {
  deviceName: string;
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

/** Dealt out in this order, over and over. */
const FAULTS: readonly Behaviour[] = [
  failsWith(-1, { times: 1 }),
  corruptDownload(),
  disconnectsAt('progress', { forMs: 2_000 }),
  failsWith(-2),
  wrongVersion('1.9.9-wrong', { times: 1 }),
  failsWith(-3),
  corruptDownload({ times: 1 }),
  failsWith(-4),
  disconnectsAt('reboot', { forMs: 3_000 }),
];

/** Who does what in a demo of so many devices: the same for the same number. */
export function planFleet(devices: number, timeoutMinutes: number): PlannedDevice[] {
  const stalledAt = timeoutMinutes <= LONGEST_STALL_MINUTES ? STALLED_AT : Number.POSITIVE_INFINITY;
  const offline = spread(Math.round(devices * OFFLINE_SHARE), devices, 0.75);
  // Not among the first: who fails early waits behind all others for another attempt.
  const first = Math.floor(devices / 3);
  const faulty = spread(Math.round(devices * FAULTY_SHARE), devices - first, 0.25, first);
  let dealt = 0;
  return Array.from({ length: devices }, (_, index) => {
    const fault = faulty.has(index) ? faultAt(dealt++, stalledAt) : null;
    const planned = expectedEnd(fault, MAX_RETRIES);
    if (!planned) throw new Error(`a demo with a device that is ${fault?.kind} would not end`);
    return { deviceName: `meter-${String(index + 1).padStart(4, '0')}`, fault, offline: offline.has(index) && fault === null, planned };
  });
}

export function behavioursOf({ fault, offline }: PlannedDevice): Behaviour[] {
  return [...(fault ? [fault] : []), ...(offline ? [offlineUntil('told')] : [])];
}

function faultAt(dealt: number, stalledAt: number): Behaviour | null {
  if (dealt === stalledAt) return STALLED;
  return FAULTS[(dealt > stalledAt ? dealt - 1 : dealt) % FAULTS.length] ?? null;
}

/** Places evenly apart; `phase` keeps the two kinds from falling on the same devices. */
function spread(count: number, among: number, phase: number, from = 0): Set<number> {
  return new Set(Array.from({ length: count }, (_, place) => from + Math.min(among - 1, Math.floor(((place + phase) * among) / count))));
}
