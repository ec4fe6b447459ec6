import { cellOf } from './cell';
import { type CellLevel, levelOf, type SignalRanges } from './level';
import type { SignalSeen } from './signal';

/** R-FLOW-4. */
export interface CellSettings {
  /** How many devices of one cell and level may be between the address of a package, or its first pushed block, and the result. */
  slots: Readonly<Record<CellLevel, number>>;
  ranges: SignalRanges;
  /** Devices that do not say which cell they are in are refused, too, instead of upgraded without a gate. */
  enforced: boolean;
}

/** The source has the numbers of devices, and the borders of its ranges in a picture only: they are this project's choice. */
export const DEFAULT_CELLS: CellSettings = {
  slots: { '0': 50, '1': 10, '2': 1, CELL: 10 },
  ranges: { rsrp: [-105, -115, -125], sinr: [7, -3, -8] },
  enforced: false,
};

/** Whose slots a device has to take. */
export interface Gate {
  cell: string;
  level: CellLevel;
}

/** LTE-TDD, LTE-FDD and NB-IoT (LwM2M 1.2 core, E.5, Network Bearer). */
const GATED_BEARERS: ReadonlySet<number> = new Set([5, 6, 7]);

/**
 * What a device has to pass before a package is delivered to it. `signal` is null where it has no object 4. NO_GATE: nothing.
 * NO_CELL: it cannot be upgraded, since nobody knows its cell. A bearer that cannot be read may be a gated one.
 */
export function gateOf(
  signal: SignalSeen | null,
  { ranges, enforced }: Pick<CellSettings, 'ranges' | 'enforced'>,
): Gate | 'NO_GATE' | 'NO_CELL' {
  if (signal === null) return enforced ? 'NO_CELL' : 'NO_GATE';
  if (!enforced && signal.bearer !== null && !GATED_BEARERS.has(signal.bearer)) return 'NO_GATE';
  const cell = cellOf(signal);
  return cell === null ? 'NO_CELL' : { cell, level: levelOf(signal, ranges) };
}
