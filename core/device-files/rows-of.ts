import { type Readable, Transform } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { UserError } from '../errors';
import { type FirstRow, firstRowOf } from './first-row';
import { layoutOf } from './separator';

export interface FileRow {
  /** Line of the file it begins on, from 1. */
  row: number;
  cells: string[];
}

const CHUNK = 1_000;
const RECORD_CHARACTERS = 4_096;
/** A file of devices has short rows; two fingerprints of certificates are the longest of it. */
const BYTES_PER_ROW = 512;
/** What the parser gets at once, and so the rows that wait while earlier ones are looked up: those that wait long are dear garbage. */
const PARSED_BYTES = 16_384;

/**
 * The rows of a CSV file, a thousand at a time; blank ones are left out, and so is one that only says how cells are separated. A first row that
 * names columns does not count. Throws FILE_FORMAT, FILE_TOO_LARGE, TOO_MANY, REQUIRED.
 */
export async function* rowsOf(source: Readable, maximum: number, isHead: (cells: readonly string[]) => boolean): AsyncGenerator<FileRow[]> {
  const text = asText(maximum * BYTES_PER_ROW);
  // It may fail between the look at its first row and the pipe.
  text.on('error', () => undefined);
  // It may have failed before anybody listened.
  if (source.errored) throw source.errored;
  source.on('error', (error) => text.destroy(error));
  source.pipe(text);
  const first = await firstRowIn(text, () => source.unpipe(text));
  if (text.errored) throw text.errored;
  const { separator, told } = layoutOf(first.row);
  const rows = createRowCollector(maximum, isHead, told);
  const firstLine = firstLines();
  const parser = parse({
    ...{
      delimiter: separator,
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: RECORD_CHARACTERS,
    },
    // Only the last record of a chunk leaves the parser, to say that it is full: one by one they would cost a promise and an object each.
    on_record: (cells: string[], { lines }) => (rows.add(cells, firstLine(cells, lines)) ? cells : null),
    ...{ readableHighWaterMark: 1, writableHighWaterMark: PARSED_BYTES },
  });
  text.on('error', (error) => parser.destroy(error));
  parser.write(first.read);
  if (first.isAll) parser.end();
  else text.pipe(parser);
  try {
    for await (const _ of parser) yield rows.next();
  } catch (error) {
    throw error instanceof CsvError ? notCsv(`is no CSV at line ${Number(error.lines) || 1}`) : error;
  } finally {
    source.unpipe(text);
    text.destroy();
    parser.destroy();
  }
  yield rows.rest();
}

/**
 * On which line a row begins, by the line the parser says it ends on. Line breaks in quoted cells lie between the two, and the parser counts those
 * of two characters twice.
 */
function firstLines(): (cells: readonly string[], lastLine: number) => number {
  let previous = 0;
  let surplus = 0;
  return (cells, lastLine) => {
    const isOneLine = lastLine === previous + 1;
    previous = lastLine;
    if (isOneLine) return lastLine - surplus;
    const text = cells.join('');
    const counted = text.match(/[\r\n]/g)?.length ?? 0;
    const first = lastLine - surplus - counted;
    surplus += text.match(/\r\n/g)?.length ?? 0;
    return first;
  };
}

async function firstRowIn(text: Transform, stop: () => void): Promise<FirstRow> {
  try {
    return await firstRowOf(text, RECORD_CHARACTERS);
  } catch (error) {
    stop();
    text.destroy();
    throw error;
  }
}

function createRowCollector(maximum: number, isHead: (cells: readonly string[]) => boolean, told: boolean) {
  let chunk: FileRow[] = [];
  const full: FileRow[][] = [];
  let count = 0;
  let most = maximum;
  let isLayout = told;
  let hasHead = false;
  return {
    /** Whether a chunk has become full. */
    add(cells: string[], row: number): boolean {
      if (cells.every((cell) => cell === '')) return false;
      if (isLayout) {
        isLayout = false;
        return false;
      }
      if (count === 0 && isHead(cells)) {
        hasHead = true;
        most += 1;
      }
      if (++count > most) throw tooManyRows(maximum);
      // A copy: where what a place makes lives on, V8 makes it old at once, and the parser's own arrays have room for seventeen cells.
      chunk.push({ row, cells: cells.slice() });
      if (chunk.length < CHUNK) return false;
      full.push(chunk);
      chunk = [];
      return true;
    },
    next: (): FileRow[] => full.shift() ?? [],
    rest(): FileRow[] {
      if (count > (hasHead ? 1 : 0)) return chunk;
      const message = hasHead ? 'The file names its columns, and no device below them.' : 'The file names no device.';
      throw new UserError('REQUIRED', { field: 'file', message, hint: 'Send one device a row.' });
    },
  };
}

/** The same bytes in small pieces, as long as they are text. */
function asText(maximum: number): Transform {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  const check = (part: Buffer | undefined): void => {
    try {
      decoder.decode(part, { stream: part !== undefined });
    } catch {
      throw notText();
    }
    if (part?.includes(0)) throw notText();
  };
  return new Transform({
    readableHighWaterMark: PARSED_BYTES,
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      try {
        if (bytes > maximum) throw tooLarge(maximum);
        check(part);
      } catch (error) {
        done(error as Error);
        return;
      }
      for (let at = 0; at < part.length; at += PARSED_BYTES) this.push(part.subarray(at, at + PARSED_BYTES));
      done();
    },
    flush(done) {
      try {
        check(undefined);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

const notText = (): UserError => notCsv('is not text in UTF-8');

const notCsv = (what: string): UserError =>
  new UserError('FILE_FORMAT', {
    field: 'file',
    message: `The file ${what}.`,
    hint: 'Send CSV in UTF-8, one device a row. Nothing of it was kept.',
  });

const tooManyRows = (maximum: number): UserError =>
  new UserError('TOO_MANY', {
    field: 'file',
    message: `The file has more than ${maximum} rows.`,
    hint: 'Send it in parts. Nothing of it was kept.',
    limit: `${maximum} rows`,
  });

const tooLarge = (maximum: number): UserError =>
  new UserError('FILE_TOO_LARGE', {
    field: 'file',
    message: 'The file is larger than its rows may be.',
    hint: 'Send names only. Nothing of it was kept.',
    limit: `${maximum} bytes`,
  });
