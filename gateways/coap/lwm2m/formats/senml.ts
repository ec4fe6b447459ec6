import { createCollector, type Decoded, MOST_RESOURCES, type Unreadable } from './decoded';
import { type Path, parsePath } from './path';
import type { ResourceType } from './resource-type';
import { type Value, valueOfBoolean, valueOfBytes, valueOfNumber, valueOfText } from './values';

/** A record by the names of its members in SenML-JSON (RFC 8428 §4), whatever format it came in. Data (`vd`) are bytes. */
export interface SenmlRecord {
  member(name: string): unknown;
  names(): Iterable<string>;
}

/** Fields that hold a value; `vlo` is LwM2M's, an object link. */
const VALUES: readonly string[] = ['v', 'vs', 'vb', 'vd', 'vlo'];
/** RFC 8428 §4.4: the version of the format that it describes. */
const VERSION = 10;

/** Puts the records of a pack together (RFC 8428 §4.1, LwM2M Core 1.1 §7.4.5): a base holds until it is replaced, wherever in its record it stands. */
export function resourcesOf(records: readonly SenmlRecord[], base: Path): Decoded {
  if (records.length > MOST_RESOURCES) return { unreadable: 'too_many' };
  const collected = createCollector(base);
  let baseName = '';
  let baseTime = 0;
  for (const record of records) {
    if (asksForMore(record)) return { unreadable: 'unsupported' };
    const { bn = baseName, bt = baseTime, n = '', t = 0 } = membersOf(record);
    if (typeof bn !== 'string' || typeof n !== 'string') return { unreadable: 'bad_name' };
    baseName = bn;
    baseTime = isNumber(bt) ? Number(bt) : Number.NaN;
    const time = isNumber(t) ? baseTime + Number(t) : Number.NaN;
    if (!Number.isFinite(time)) return { unreadable: 'syntax' };
    const unreadable = add(record, bn + n, time);
    if (unreadable !== null) return { unreadable };
  }
  return collected.result();

  function add(record: SenmlRecord, name: string, time: number): Unreadable | null {
    const path = pathOfName(name);
    if (path === null) return 'bad_name';
    const [field, ...others] = VALUES.filter((label) => record.member(label) !== undefined);
    if (field === undefined || others.length > 0) return 'no_value';
    return collected.add(path, (type) => fieldValue(field, record.member(field), type), time);
  }
}

const membersOf = (record: SenmlRecord) => ({
  bn: record.member('bn'),
  bt: record.member('bt'),
  n: record.member('n'),
  t: record.member('t'),
});

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

/** A base value would be added to every number, and whoever sends a name that ends in `_` asks that it be understood (RFC 8428 §4.4). */
function asksForMore(record: SenmlRecord): boolean {
  const version = record.member('bver');
  if (version !== undefined && !(isNumber(version) && version <= VERSION)) return true;
  if (record.member('bv') !== undefined) return true;
  for (const name of record.names()) if (name.endsWith('_')) return true;
  return false;
}

/** RFC 8428 has names begin with a letter or a digit, LwM2M with a slash; some clients end them with one. */
export function pathOfName(name: string): Path | null {
  const trimmed = name.length > 1 && name.endsWith('/') ? name.slice(0, -1) : name;
  return parsePath(trimmed.startsWith('/') ? trimmed : `/${trimmed}`);
}

function fieldValue(field: string, value: unknown, type: ResourceType | null): Value | undefined {
  if (field === 'vd') return value instanceof Uint8Array && (type === 'opaque' || type === null) ? Buffer.from(value) : undefined;
  if (field === 'vlo') return typeof value === 'string' ? valueOfText(value, 'link') : undefined;
  return looseValue(value, type);
}

/** What JSON and CBOR can say without a name for its kind: numbers as text and text as numbers are read too (device-protocols §0.1). */
export function looseValue(value: unknown, type: ResourceType | null): Value | undefined {
  if (typeof value === 'string') return type === 'opaque' ? undefined : valueOfText(value, type);
  if (isNumber(value)) return valueOfNumber(value, type);
  if (typeof value === 'boolean') return valueOfBoolean(value, type);
  if (value instanceof Uint8Array && (type === 'opaque' || type === null)) return valueOfBytes(Buffer.from(value), type);
  return undefined;
}
