/**
 * How a small SDK reads a message (device-protocols §1.3): the first text in quotes that is the name, wherever it stands, has to be a
 * member's; an object or array ends with the bracket that matches, whatever is in texts; a text ends with the next quote. Undefined: it is
 * not there, or what was found is no member.
 */
export function valueScannedFor(name: string, json: string): string | undefined {
  const at = json.indexOf(`"${name}"`);
  if (at < 0 || json[at + name.length + 2] !== ':') return undefined;
  const begin = at + name.length + 3;
  const first = json.charAt(begin);
  if (first === '"') return json.slice(begin + 1, json.indexOf('"', begin + 1));
  if (first === '{' || first === '[') return json.slice(begin, endOf(json, begin, first, first === '{' ? '}' : ']'));
  return /^[^,\]}]*/.exec(json.slice(begin))?.[0];
}

function endOf(json: string, begin: number, open: string, close: string): number {
  let depth = 0;
  for (let at = begin; at < json.length; at += 1) {
    if (json[at] === open) depth += 1;
    else if (json[at] === close && --depth === 0) return at + 1;
  }
  return begin;
}
