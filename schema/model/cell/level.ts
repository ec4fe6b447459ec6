import type { SignalSeen } from './signal';

/** R-FLOW-4, the coverage level: how well a device hears its cell, 0 the best; CELL: its signal cannot be read. */
export const CELL_LEVELS = ['0', '1', '2', 'CELL'] as const;
export type CellLevel = (typeof CELL_LEVELS)[number];

/** The weakest reading that is still in range 0, 1 and 2, each weaker than the one before. */
export type Borders = readonly [number, number, number];

export interface SignalRanges {
  /** dBm */
  rsrp: Borders;
  /** dB */
  sinr: Borders;
}

/** By the weaker of the two readings. What is weaker than all ranges is of level 2. */
export function levelOf({ rsrp, sinr }: Pick<SignalSeen, 'rsrp' | 'sinr'>, ranges: SignalRanges): CellLevel {
  if (!isReading(rsrp) || !isReading(sinr) || !isPower(rsrp)) return 'CELL';
  const weaker = Math.max(rangeOf(rsrp, ranges.rsrp), rangeOf(sinr, ranges.sinr));
  return weaker === 0 ? '0' : weaker === 1 ? '1' : '2';
}

/** 3, when it is outside of them all. */
function rangeOf(reading: number, borders: Borders): number {
  const range = borders.findIndex((weakest) => reading >= weakest);
  return range === -1 ? borders.length : range;
}

const isReading = (value: number | null): value is number => value !== null && Number.isFinite(value);

/** A received power is far below a milliwatt: devices that say 0 or more have told a register of their modem, or nothing. */
const isPower = (dbm: number): boolean => dbm < 0;
