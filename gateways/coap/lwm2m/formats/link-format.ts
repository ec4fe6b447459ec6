import { MOST_PAYLOAD_BYTES, type Unreadable } from './decoded';

/** One link of the CoRE Link Format (RFC 6690 §2). */
export interface Link {
  /** What stands between `<` and `>`. */
  target: string;
  /** In their order, a name as often as it was there; the value of one without a value is empty. */
  attributes: [name: string, value: string][];
}

/** A device has some tens of object instances. */
export const MOST_LINKS = 1_024;
const MOST_ATTRIBUTES = 32;

const BLANK = /[\s\0]*/y;
const NAME = /[^=;,<>"\s\0]*/y;
const BARE_VALUE = /[^;,]*/y;
/** Each part is one character or a pair, so that there is one way to read it. */
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;

/**
 * Reads links (Content-Format 40) as devices write them: line breaks between them, values with blanks and no quotes (`ct=60 110`), an
 * attribute twice, a comma too many. Never throws.
 */
export function readLinks(payload: Buffer): { links: Link[] } | { unreadable: Unreadable } {
  if (payload.length > MOST_PAYLOAD_BYTES) return { unreadable: 'too_long' };
  const text = payload.toString('utf8');
  const links: Link[] = [];
  let at = 0;
  /** What the pattern takes from here on; all of them are sticky. */
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const blank = (): void => void take(BLANK);

  for (blank(); at < text.length; blank()) {
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    const close = text.indexOf('>', at);
    if (text[at] !== '<') return { unreadable: 'syntax' };
    if (close < 0) return { unreadable: 'truncated' };
    if (links.length === MOST_LINKS) return { unreadable: 'too_many' };
    const link: Link = { target: text.slice(at + 1, close).trim(), attributes: [] };
    links.push(link);
    at = close + 1;
    const unreadable = readAttributes(link);
    if (unreadable !== null) return { unreadable };
    if (at < text.length && text[at] !== ',') return { unreadable: 'syntax' };
  }
  return { links };

  function readAttributes({ attributes }: Link): Unreadable | null {
    for (blank(); text[at] === ';'; blank()) {
      at += 1;
      blank();
      const name = take(NAME)?.[0] ?? '';
      blank();
      let value = '';
      if (text[at] === '=') {
        at += 1;
        blank();
        if (text[at] === '"') {
          const quoted = take(QUOTED);
          if (quoted === null) return 'truncated';
          value = (quoted[1] as string).replace(/\\(.)/gs, '$1');
        } else value = (take(BARE_VALUE)?.[0] ?? '').trim();
      }
      if (name === '') continue;
      if (attributes.length === MOST_ATTRIBUTES) return 'too_many';
      attributes.push([name, value]);
    }
    return null;
  }
}
