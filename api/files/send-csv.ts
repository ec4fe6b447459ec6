import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Response } from 'express';
import { userErrorsOf } from '../errors/as-payload';
import { type ErrorLog, maskedAs } from '../errors/present';
import { API_LIMITS } from '../limits';

export interface CsvFile {
  /** What the client is to call it. */
  name: string;
  columns: readonly string[];
  /** Objects with the columns, or their values in order. */
  rows: AsyncIterable<object>;
  /** Columns whose cells are in quotes, whether they need them or not. */
  quoted?: readonly string[];
  /** For programs: cells stay what they are, whatever a spreadsheet would make of them. */
  exact?: boolean;
}

/**
 * What a spreadsheet may take for a formula: it begins with one of its signs (or their wide forms), or with a tab or the end of a line,
 * and some pass over blanks before them.
 */
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;
/** Where a spreadsheet of another language begins a new cell. */
const QUOTED = /[;|\t]/;

/**
 * The one way a CSV file leaves: RFC 4180, UTF-8, read from the store as fast as the client takes it, kept by nobody in between. A cell
 * that a spreadsheet would take for a formula gets an apostrophe before it.
 */
export async function sendCsv(res: Response, log: ErrorLog, { name, columns, rows, quoted = [], exact = false }: CsvFile): Promise<void> {
  res.setHeader('Content-Type', 'text/csv; charset=utf-8');
  res.setHeader('Content-Disposition', `attachment; filename="${name.replace(/[^\w.-]/g, '_')}"`);
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setTimeout(API_LIMITS.idleTransferMs, () => res.destroy());
  const csv = stringify({
    header: true,
    columns: [...columns],
    record_delimiter: 'windows',
    quoted_match: QUOTED,
    cast: {
      string: (value, { index, header }) => ({
        value: !exact && FORMULA.test(value) ? `'${value}` : value,
        quoted: !header && quoted.includes(columns[index] ?? ''),
      }),
    },
  });
  try {
    await pipeline(Readable.from(rows), csv, res);
  } catch (error) {
    // The status has left: a cut connection tells the client that rows are missing.
    if (!isHangUp(error) && !userErrorsOf(error)) maskedAs(log, error);
    res.destroy();
  }
}

const isHangUp = (error: unknown): boolean =>
  ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(String((error as { code?: unknown }).code));
