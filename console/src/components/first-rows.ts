import { parse } from 'csv-parse/browser/esm/sync';
import { platform } from '../app/platform';

const SHOWN = 50;
/** Enough for as many rows; a file of a million wrong ones is not read to its end. */
const READ_BYTES = 256 * 1_024;

/** The first rows of a CSV file of the API, by the names of its columns. */
export async function firstRows<Row>(path: string): Promise<Row[]> {
  const response = await platform.fetch(platform.url + path).catch(() => null);
  if (!response?.ok || !response.body) return [];
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let ended = false;
  while (!ended && text.length < READ_BYTES) {
    const { done, value = '' } = await reader.read();
    text += value;
    ended = done;
  }
  if (!ended) {
    await reader.cancel();
    text = text.slice(0, text.lastIndexOf('\r\n') + 2);
  }
  const options = { columns: true, to: SHOWN, relax_quotes: true, relax_column_count: true } as const;
  return parse<Row>(text, options);
}
