/** Every member that a device may look for in a message to it (device-protocols §1.3). */
const MEMBERS = new Set(
  (
    'code data id message size version isDiff url md5 digestsign sign signMethod module extData ' +
    'streamId dProtocol streamFileId files fileSize fileName fileUrl fileMd5 fileSign'
  ).split(' '),
);

/**
 * JSON for devices that read no JSON: they look for the first text in quotes that is the name of a member, wherever it stands, and find
 * the end of an object or array by counting its brackets, those in texts included. What people have written therefore never looks like
 * a member, and its brackets either match or are written as escapes. For a reader of JSON nothing changes.
 */
export const scannableJson = (members: readonly Member[]): string => object(members, JSON.stringify);

export type Member = readonly [name: string, value: Value];
export type Value = string | number | { members: readonly Member[] } | { entries: readonly (readonly Member[])[] } | Written;
/** An object whose names people have chosen. */
export interface Written {
  written: Readonly<Record<string, string>>;
}

const object = (members: readonly Member[], name: (text: string) => string): string =>
  `{${members.map(([key, value]) => `${name(key)}:${json(value)}`).join(',')}}`;

function json(value: Value): string {
  if (typeof value === 'number') return JSON.stringify(value);
  if (typeof value === 'string') return text(value);
  if ('members' in value) return scannableJson(value.members);
  if ('entries' in value) return `[${value.entries.map(scannableJson).join(',')}]`;
  return object(Object.entries(value.written), text);
}

function text(value: string): string {
  const quoted = JSON.stringify(value);
  if (MEMBERS.has(value)) return `"${escaped(value.charAt(0))}${value.slice(1)}"`;
  return isBalanced(value, '{', '}') && isBalanced(value, '[', ']') ? quoted : quoted.replace(/[{}[\]]/g, escaped);
}

const escaped = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;

function isBalanced(value: string, open: string, close: string): boolean {
  let depth = 0;
  for (const letter of value) {
    if (letter === open) depth += 1;
    else if (letter === close) depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
