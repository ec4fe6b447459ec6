import { type Collector, createCollector, type Decoded, MOST_RESOURCES, type Unreadable } from './decoded';
import type { Path } from './path';
import { valueOfBytes } from './values';

/** Kinds of a TLV, the two highest bits of its first byte (LwM2M Core 1.1, §7.4.3). */
const KIND = { objectInstance: 0, resourceInstance: 1, multipleResource: 2, resource: 3 } as const;

interface Entry {
  kind: number;
  id: number;
  value: Buffer;
}

/**
 * Reads OMA TLV (Content-Format 11542). Ids of enclosing levels come from `base`, the path that was read; resources of an object that
 * stand without an instance around them are those of instance 0, as in objects that can have only one.
 */
export function decodeTlv(payload: Buffer, base: Path): Decoded {
  const [object, instance = 0] = base;
  if (object === undefined) return { unreadable: 'misplaced' };
  const collected = createCollector(base);
  const unreadable = addTopLevel(payload, { base, at: [object, instance] }, collected);
  return unreadable === null ? collected.result() : { unreadable };
}

function addTopLevel(payload: Buffer, { base, at }: { base: Path; at: Path }, collected: Collector): Unreadable | null {
  const entries = entriesOf(payload);
  if (typeof entries === 'string') return entries;
  for (const entry of entries) {
    let unreadable: Unreadable | null;
    if (entry.kind === KIND.objectInstance) unreadable = addInstance(entry, [at[0] as number, entry.id], collected);
    else if (entry.kind === KIND.resourceInstance) {
      const resource = base[2];
      unreadable = resource === undefined ? 'misplaced' : addValue(entry, [...at, resource, entry.id], collected);
    } else unreadable = addResource(entry, at, collected);
    if (unreadable !== null) return unreadable;
  }
  return null;
}

function addInstance({ value }: Entry, at: Path, collected: Collector): Unreadable | null {
  const entries = entriesOf(value);
  if (typeof entries === 'string') return entries;
  for (const entry of entries) {
    const unreadable = addResource(entry, at, collected);
    if (unreadable !== null) return unreadable;
  }
  return null;
}

function addResource(entry: Entry, at: Path, collected: Collector): Unreadable | null {
  if (entry.kind === KIND.resource) return addValue(entry, [...at, entry.id], collected);
  if (entry.kind !== KIND.multipleResource) return 'misplaced';
  const entries = entriesOf(entry.value);
  if (typeof entries === 'string') return entries;
  for (const instance of entries) {
    if (instance.kind !== KIND.resourceInstance) return 'misplaced';
    const unreadable = addValue(instance, [...at, entry.id, instance.id], collected);
    if (unreadable !== null) return unreadable;
  }
  return null;
}

const addValue = ({ value }: Entry, path: Path, collected: Collector): Unreadable | null =>
  collected.add(path, (type) => valueOfBytes(value, type));

/** The TLVs that follow one another, with views of their values. */
function entriesOf(bytes: Buffer): Entry[] | Unreadable {
  const entries: Entry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] as number;
    const idBytes = (first & 0x20) === 0 ? 1 : 2;
    const lengthBytes = (first >> 3) & 3;
    const valueAt = at + 1 + idBytes + lengthBytes;
    if (valueAt > bytes.length) return 'truncated';
    const id = bytes.readUIntBE(at + 1, idBytes);
    const length = lengthBytes === 0 ? first & 7 : bytes.readUIntBE(at + 1 + idBytes, lengthBytes);
    at = valueAt + length;
    if (at > bytes.length) return 'truncated';
    if (entries.length === MOST_RESOURCES) return 'too_many';
    entries.push({ kind: first >> 6, id, value: bytes.subarray(valueAt, at) });
  }
  return entries;
}
