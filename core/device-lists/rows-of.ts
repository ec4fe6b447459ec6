import { type Readable, Transform } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { UserError } from '../errors';

export interface FileRow {
  /** Line of the file, from 1. */
  row: number;
  cells: string[];
}

const CHUNK = 1_000;
const RECORD_CHARACTERS = 4_096;
/** A file of devices has short rows. */
const BYTES_PER_ROW = 256;

/**
 * The rows of a CSV file, a thousand at a time; blank ones are left out. A first row that names columns does not count.
 * Throws FILE_FORMAT, FILE_TOO_LARGE, TOO_MANY, REQUIRED.
 */
export async function* rowsOf(source: Readable, maximum: number, isHead: (cells: readonly string[]) => boolean): AsyncGenerator<FileRow[]> {
  const text = asText(maximum * BYTES_PER_ROW);
  const parser = parse({ info: true, relax_column_count: true, skip_empty_lines: true, trim: true, max_record_size: RECORD_CHARACTERS });
  // It may have failed before anybody listened.
  if (source.errored) throw source.errored;
  source.on('error', (error) => text.destroy(error));
  text.on('error', (error) => parser.destroy(error));
  source.pipe(text).pipe(parser);
  let chunk: FileRow[] = [];
  let count = 0;
  let most = maximum;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (record.every((cell) => cell === '')) continue;
      if (count === 0 && isHead(record)) most += 1;
      if (++count > most) throw tooManyRows(maximum);
      chunk.push({ row: info.lines, cells: record });
      if (chunk.length < CHUNK) continue;
      yield chunk;
      chunk = [];
    }
  } catch (error) {
    throw error instanceof CsvError ? notCsv(`is no CSV at line ${Number(error.lines) || 1}`) : error;
  } finally {
    source.unpipe(text);
    text.destroy();
    parser.destroy();
  }
  if (count === 0) throw new UserError('REQUIRED', { field: 'file', message: 'The file names no device.', hint: 'Send one device a row.' });
  yield chunk;
}

/** Without a byte order mark. */
function asText(maximum: number): Transform {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  const decode = (part: Buffer | undefined): string => {
    try {
      const text = decoder.decode(part, { stream: part !== undefined });
      if (!text.includes('\0')) return text;
    } catch {
      // Said below.
    }
    throw notCsv('is not text in UTF-8');
  };
  return new Transform({
    readableObjectMode: true,
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      try {
        if (bytes > maximum) throw tooLarge(maximum);
        done(null, decode(part));
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        done(null, decode(undefined));
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

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
