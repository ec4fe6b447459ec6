import { DIALECTS, type Dialect } from '../../schema/model/protocol/dialect';

/** What is kept of a row beside its name, until all names are known. */
interface OfRow {
  dialect: Dialect;
  /** It names a parent. */
  isChild: boolean;
}

/** As one number, from 1. */
export const numberOf = ({ dialect, isChild }: OfRow): number => 1 + 2 * DIALECTS.indexOf(dialect) + (isChild ? 1 : 0);

/** Null: no row has the name. */
export function rowOfNumber(number: number): OfRow | null {
  const dialect = DIALECTS[(number - 1) >> 1];
  return number > 0 && dialect ? { dialect, isChild: (number - 1) % 2 === 1 } : null;
}
