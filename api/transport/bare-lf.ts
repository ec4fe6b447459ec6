/** A request for a file, read from a head whose lines end in bare LF. */
export interface BareLfRequest {
  method: 'GET' | 'HEAD';
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
}

/** `more`: its end has not come yet. `refused`: it is none, or none that may be answered. */
export type BareLfHead = BareLfRequest | 'more' | 'refused';

const HEAD_BYTES = 4_096;
const REQUEST_LINE = /^(GET|HEAD) (\/[df]\/[!-~]+) HTTP\/1\.[01]$/;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([ -~]*?)[ \t]*$/;
/** What says that a body follows, or that the connection is to become another one. */
const OF_MORE_THAN_A_HEAD = new Set(['content-length', 'transfer-encoding', 'expect', 'upgrade']);

/**
 * Huawei's C SDK ends the lines of its requests in LF alone, but for the last (device-protocols §0.6). Such a head is read here, and only such a
 * one: a download, its first line ended by a bare LF, each header once and in plain characters, without a body and with nothing behind it. What
 * a proxy in front could take for two requests is refused: only one is ever answered, and its connection closes.
 */
export function readBareLf(bytes: Buffer): BareLfHead {
  const text = bytes.toString('latin1');
  const first = text.indexOf('\n');
  const line = REQUEST_LINE.exec(first < 0 ? '' : text.slice(0, first));
  if (!line) return 'refused';
  const end = /\n\r?\n/.exec(text);
  if (!end) return text.length < HEAD_BYTES ? 'more' : 'refused';
  const behind = text.slice(end.index + end[0].length);
  if (end.index > HEAD_BYTES || !/^[\r\n]*$/.test(behind)) return 'refused';
  const headers = headersOf(text.slice(first + 1, Math.max(first + 1, end.index)));
  const [, method, url = ''] = line;
  return headers === null ? 'refused' : { method: method as BareLfRequest['method'], url, headers };
}

function headersOf(text: string): Record<string, string> | null {
  const headers = new Map<string, string>();
  for (const line of text === '' ? [] : text.split(/\r?\n/)) {
    const [, name = '', value = ''] = HEADER.exec(line.replace(/\r$/, '')) ?? [];
    const key = name.toLowerCase();
    if (key === '' || headers.has(key) || OF_MORE_THAN_A_HEAD.has(key)) return null;
    headers.set(key, value);
  }
  return Object.fromEntries(headers);
}
