import { readCbor } from './cbor';
import { createCollector, type Decoded } from './decoded';
import { isValuePath, type Path } from './path';
import type { ResourceType } from './resource-type';
import { looseValue } from './senml';
import { utf8, type Value, valueOfBytes, valueOfText } from './values';

/** One resource in plain text (Content-Format 0). */
export const decodeText = (payload: Buffer, base: Path): Decoded =>
  single(base, (type) => {
    const text = utf8(payload);
    return text === undefined ? undefined : valueOfText(text, type);
  });

/** One resource as it is (Content-Format 42): its bytes, or the text that they are where a text is expected. */
export const decodeOpaque = (payload: Buffer, base: Path): Decoded =>
  single(base, (type) => (type === 'opaque' || type === 'string' || type === null ? valueOfBytes(payload, type) : undefined));

/** One resource in CBOR (Content-Format 60, LwM2M 1.2). A time may have the tag 1 (RFC 8949 §3.4.2). */
export function decodeCbor(payload: Buffer, base: Path): Decoded {
  const cbor = readCbor(payload);
  return 'unreadable' in cbor ? cbor : single(base, (type) => looseValue(type === 'time' ? untagged(cbor.value) : cbor.value, type));
}

function single(base: Path, read: (type: ResourceType | null) => Value | undefined): Decoded {
  if (!isValuePath(base)) return { unreadable: 'misplaced' };
  const collected = createCollector(base);
  const unreadable = collected.add(base, read);
  return unreadable === null ? collected.result() : { unreadable };
}

function untagged(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'tag' in value && value.tag === 1 && 'contents' in value ? value.contents : value;
}
