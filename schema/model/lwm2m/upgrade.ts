import type { CellLevel } from '../cell/level';
import type { DownloadScheme } from '../protocol/download-scheme';

/**
 * R-FLOW-3: where the upgrade of an LwM2M device stands, by what is awaited of it. VERSION: which version it runs and how its object 5
 * is. SIGNAL: its cell. CELL_SLOT: a slot of that. START: that it begins to download what it has accepted. DOWNLOAD: the file. EXECUTE:
 * that it takes the order to install. UPDATE: that it begins to. RESULT: what came of it. CHECK: the target version, after it said that
 * it succeeded. DEFERRED: its user.
 */
export const LWM2M_STEPS = [
  'VERSION',
  'SIGNAL',
  'CELL_SLOT',
  'START',
  'DOWNLOAD',
  'EXECUTE',
  'UPDATE',
  'RESULT',
  'CHECK',
  'DEFERRED',
] as const;
export type Lwm2mStep = (typeof LWM2M_STEPS)[number];

/** R-FLOW-3: the platform gives an address, or the file itself. */
export const DELIVERIES = ['PULL', 'PUSH'] as const;
export type Delivery = (typeof DELIVERIES)[number];

/** Of an attempt of a task for an LwM2M device, from the first question on. */
export interface Lwm2mUpgrade {
  step: Lwm2mStep;
  /** When the step began. */
  since: Date;
  /** Of object 5, as last read or told in this attempt; null before. */
  state: number | null;
  result: number | null;
  /** The result before anything was delivered in this attempt: an earlier update's. */
  resultBefore: number | null;
  delivery: Delivery | null;
  scheme: DownloadScheme | null;
  cell: string | null;
  level: CellLevel | null;
  /** Since when it waits for a cell slot; null while it does not. */
  waitingSince: Date | null;
  /** When it was last called to take a free one, and left it until then. Absent: never, or its device has been heard since. */
  calledAt?: Date;
  /** How often something was delivered in this attempt: the device may lose it. */
  deliveries: number;
  /** How often in a row the device has refused to install what it says that it has. */
  refusals: number;
  /** When the last block of a push was taken; null before, and where the device fetches the file. */
  pushedAt: Date | null;
  /** When the order to install was accepted: the result is awaited from then. */
  executedAt: Date | null;
  /** How long the user of the device may defer, in seconds; null where it does not say. */
  deferSeconds: number | null;
  /** Milliseconds of the present step in which the device did not listen, and since when it does not; null while it does. */
  sleptMs: number;
  asleepSince: Date | null;
}

export const newUpgrade = (now: Date): Lwm2mUpgrade => ({
  step: 'VERSION',
  since: now,
  state: null,
  result: null,
  resultBefore: null,
  delivery: null,
  scheme: null,
  cell: null,
  level: null,
  waitingSince: null,
  deliveries: 0,
  refusals: 0,
  pushedAt: null,
  executedAt: null,
  deferSeconds: null,
  sleptMs: 0,
  asleepSince: null,
});

/** It has come to a step; to the one that it is at, nothing begins anew. */
export const atStep = (lwm2m: Lwm2mUpgrade, step: Lwm2mStep, since: Date): Lwm2mUpgrade =>
  step === lwm2m.step ? lwm2m : { ...lwm2m, step, since, sleptMs: 0 };

/** The device does not listen from now on. */
export const fallenAsleep = (lwm2m: Lwm2mUpgrade, now: Date): Lwm2mUpgrade => ({ ...lwm2m, asleepSince: lwm2m.asleepSince ?? now });

/** It listens again. */
export function awoken(lwm2m: Lwm2mUpgrade, now: Date): Lwm2mUpgrade {
  if (lwm2m.asleepSince === null) return lwm2m;
  const slept = now.getTime() - Math.max(lwm2m.asleepSince.getTime(), lwm2m.since.getTime());
  return { ...lwm2m, asleepSince: null, sleptMs: lwm2m.sleptMs + Math.max(0, slept) };
}

/** A package may be on its way to the device, or be there. */
export const isDelivering = ({ step }: Pick<Lwm2mUpgrade, 'step'>): boolean => !BEFORE.has(step);
const BEFORE: ReadonlySet<Lwm2mStep> = new Set(['VERSION', 'SIGNAL', 'CELL_SLOT']);

/** When a task's device is to be looked at next, and by which gateway. Of ended tasks: whose object 5 is still to be reset. */
export interface Look {
  gatewayId: string | null;
  at: Date;
}
