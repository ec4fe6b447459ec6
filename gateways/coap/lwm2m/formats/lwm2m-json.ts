import { own, readLenientJson } from '../../../lenient-json';
import { createCollector, type Decoded, MOST_RESOURCES } from './decoded';
import { type Path, pathText } from './path';
import type { ResourceType } from './resource-type';
import { looseValue, pathOfName } from './senml';
import { JSON_REASONS } from './senml-json';
import { type Value, valueOfBase64, valueOfText } from './values';

const VALUES: readonly string[] = ['v', 'sv', 'bv', 'ov'];

/** Reads the JSON of LwM2M 1.0 (Content-Format 11543, LwM2M 1.0 §6.4.4): `{"bn":"/5/0/","e":[{"n":"3","v":2},…]}`. */
export function decodeLwm2mJson(payload: Buffer, base: Path): Decoded {
  const json = readLenientJson(payload);
  if (!json.ok) return { unreadable: JSON_REASONS[json.reason] };
  const entries = own(json.value, 'e');
  if (!Array.isArray(entries)) return { unreadable: 'syntax' };
  if (entries.length > MOST_RESOURCES) return { unreadable: 'too_many' };
  const baseName = own(json.value, 'bn') ?? '';
  const collected = createCollector(base);
  for (const entry of entries) {
    const name = own(entry, 'n') ?? '';
    const time = own(entry, 't') ?? 0;
    if (typeof name !== 'string' || typeof baseName !== 'string') return { unreadable: 'bad_name' };
    if (typeof time !== 'number' || !Number.isFinite(time)) return { unreadable: 'syntax' };
    const path = pathOfName(joined(baseName, name, base));
    if (path === null) return { unreadable: 'bad_name' };
    const [field, ...others] = VALUES.filter((label) => own(entry, label) !== undefined);
    if (field === undefined || others.length > 0) return { unreadable: 'no_value' };
    const unreadable = collected.add(path, (type) => fieldValue(field, own(entry, field), type), time);
    if (unreadable !== null) return { unreadable };
  }
  return collected.result();
}

/** The document has the base end in a slash; clients leave it out, or write the name with one. Without a base, a name that has no slash in front is relative to what was read. */
function joined(baseName: string, name: string, base: Path): string {
  const front = baseName === '' && !name.startsWith('/') ? pathText(base) : baseName;
  if (front === '' || name === '') return front + name;
  return `${front.replace(/\/$/, '')}/${name.replace(/^\//, '')}`;
}

function fieldValue(field: string, value: unknown, type: ResourceType | null): Value | undefined {
  if (field === 'ov') return typeof value === 'string' ? valueOfText(value, 'link') : undefined;
  if (field === 'sv' && type === 'opaque') return typeof value === 'string' ? valueOfBase64(value) : undefined;
  return looseValue(value, type);
}
