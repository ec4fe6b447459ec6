import { Readable } from 'node:stream';
import type { PlatformProcess } from '../upgrades/platform-client';

const ROWS_AT_ONCE = 1_000;
const PROVINCES = 20;

/** As it is read: names alone, or with region and a tag. Made as it is sent. */
export function csvFile(count: number, nameOf: (index: number) => string, isComplete: boolean): Readable {
  const row = isComplete
    ? (index: number) => `${nameOf(index)},province${index % PROVINCES},city${index % (PROVINCES * 5)},site-${index % 1_000}\n`
    : (index: number) => `${nameOf(index)}\n`;
  function* pieces(): Generator<Buffer> {
    if (isComplete) yield Buffer.from('deviceName,province,city,tag.site\n');
    for (let at = 0; at < count; at += ROWS_AT_ONCE)
      yield Buffer.from(Array.from({ length: Math.min(ROWS_AT_ONCE, count - at) }, (_, index) => row(at + index)).join(''));
  }
  return Readable.from(pieces(), { objectMode: false });
}

export async function sendCsv<T>({ apiUrl, key }: PlatformProcess, path: string, file: Readable): Promise<T> {
  const response = await fetch(`${apiUrl}${path}`, {
    method: 'POST',
    body: Readable.toWeb(file) as ReadableStream,
    duplex: 'half',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv' },
  } as RequestInit);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} was refused: ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}
