import type { Readable } from 'node:stream';
import { type Columns, columnsOf, isHead } from './columns';
import { type FileRow, rowsOf } from './rows-of';

export interface DeviceRows {
  columns: Columns;
  /** Without the one that names the columns. */
  rows: FileRow[];
}

/** The rows of a file of devices, a thousand at a time. Throws what `rowsOf` does, and IMPORT_COLUMNS. */
export async function* deviceRowsOf(source: Readable, maximum: number): AsyncGenerator<DeviceRows> {
  let columns: Columns | undefined;
  for await (const chunk of rowsOf(source, maximum, isHead)) {
    const isFirst = columns === undefined;
    columns ??= columnsOf(chunk.map(({ cells }) => cells));
    yield { columns, rows: isFirst && columns.named ? chunk.slice(1) : chunk };
  }
}
