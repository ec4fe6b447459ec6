/** What a spreadsheet may put between cells; the first wins where two could be meant. */
const SEPARATORS = [',', ';', '\t'] as const;

export interface Layout {
  separator: string;
  /** The first row is `sep=…`, with which a spreadsheet tells another what it has used. */
  told: boolean;
}

const TOLD = /^"?sep=([^\w"\r\n])"?\s*$/i;

/** How a file is laid out, by its first row that is not blank. */
export function layoutOf(firstRow: string): Layout {
  const row = firstRow.replace(/^\ufeff/, '');
  const told = TOLD.exec(row.trimStart().replace(/[\r\n]+$/, ''))?.[1];
  if (told !== undefined) return { separator: told, told: true };
  const bare = row.replace(/"(?:[^"]|"")*"/g, '').trim();
  const counts = SEPARATORS.map((separator) => bare.split(separator).length);
  return { separator: SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',', told: false };
}
