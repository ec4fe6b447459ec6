import type { Violation } from '../violation';
import type { SignalSeen } from './signal';

/** Cell identities have 28 bits in UTRAN and LTE and 36 in NR (3GPP TS 23.003). */
const CELL_IDS = 2 ** 36;
/** A country or network code has three digits at most. */
const CODES = 1_000;

/** What two devices share if they are in one cell: `262-1-12345`, or `12345` where the operator is not readable. Null: no cell is readable. */
export function cellOf({ cellId, mcc, mnc }: Pick<SignalSeen, 'cellId' | 'mcc' | 'mnc'>): string | null {
  if (!isBelow(cellId, CELL_IDS)) return null;
  // Identities repeat between operators.
  return isBelow(mcc, CODES) && isBelow(mnc, CODES) ? `${mcc}-${mnc}-${cellId}` : `${cellId}`;
}

/** What `cellOf` gives. */
const CELL = /^(?:\d{1,3}-\d{1,3}-)?\d{1,11}$/;

/** Of the name of a cell that somebody asks for. */
export const cellViolation = (cell: string, field: string): Violation | null =>
  CELL.test(cell)
    ? null
    : {
        code: 'INVALID_FORMAT',
        field,
        message: 'The text is not the name of a radio cell.',
        hint: 'Give country, network and cell id with dashes between (`262-1-12345`), or the cell id alone, as the list has it.',
      };

const isBelow = (value: number | null, end: number): value is number =>
  value !== null && Number.isInteger(value) && value >= 0 && value < end;
