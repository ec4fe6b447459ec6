import type { Readable } from 'node:stream';

export interface FirstRow {
  /** As text, or as much as was asked for. */
  row: string;
  /** All that was read for it, from the beginning. */
  read: Buffer;
  /** There is no more. */
  isAll: boolean;
}

/** The first row that is not blank, or so many characters of it. */
export async function firstRowOf(source: Readable, characters: number): Promise<FirstRow> {
  const read: Buffer[] = [];
  let text = '';
  let found: string | null = null;
  let isAll = false;
  while (found === null) {
    isAll = !(await hasMore(source));
    if (isAll) break;
    const bytes = source.read() as Buffer | null;
    if (bytes === null) continue;
    read.push(bytes);
    text += bytes.toString('utf8');
    found = rowIn(text, characters);
  }
  return { row: found ?? text, read: Buffer.concat(read), isAll };
}

function rowIn(text: string, characters: number): string | null {
  const begin = text.search(/[^\s\ufeff]/);
  if (begin < 0) return null;
  // From the beginning of its line: a first cell may be empty.
  const row = text.slice(text.slice(0, begin).search(/[^\r\n]*$/));
  const end = row.search(/[\r\n]/);
  if (end >= 0) return row.slice(0, end);
  return row.length > characters ? row : null;
}

/** False at the end. Rejects with what the source fails with. */
function hasMore(source: Readable): Promise<boolean> {
  if (source.errored) return Promise.reject(source.errored);
  if (source.readableEnded || source.destroyed) return Promise.resolve(false);
  if (source.readableLength > 0) return Promise.resolve(true);
  return new Promise((resolve, reject) => {
    const events = { readable: () => done(true), end: () => done(false), close: () => done(false), error: (error: Error) => done(error) };
    const done = (outcome: boolean | Error): void => {
      for (const [event, listener] of Object.entries(events)) source.off(event, listener);
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    for (const [event, listener] of Object.entries(events)) source.on(event, listener);
  });
}
