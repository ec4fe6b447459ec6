import type { FileEnd } from './file-end';
import { type Walk, walked } from './walk';

const STREAM_HEADER = 12;
const MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
const FOOTER = 12;
const CRC32 = 4;
/** Bytes of a block's check, by its kind. */
const CHECKS = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const LZMA2 = 0x21;

/**
 * An xz file is cut when a stream that has begun does not end. Streams say how long their parts are, so nothing has to be inflated; what follows
 * the last of them is not looked at (the .xz file format, 1.2.0).
 */
export const xzEnd = (): FileEnd => walked(streams(), 'ends before its xz stream does');

function* streams(): Walk {
  let head = yield { read: STREAM_HEADER };
  for (;;) {
    if (!head.subarray(0, MAGIC.length).equals(MAGIC)) return;
    if (!(yield* blocks(CHECKS[(head[7] ?? 0) & 15] ?? 0))) return;
    let first: number | undefined;
    do [first] = yield { read: 1, last: true };
    while (first === 0);
    if (first !== MAGIC[0]) return;
    head = Buffer.concat([MAGIC.subarray(0, 1), yield { read: STREAM_HEADER - 1 }]);
  }
}

/** False: there is something of which the length can't be told. */
function* blocks(check: number): Walk<boolean> {
  for (;;) {
    const [size = 0] = yield { read: 1 };
    if (size === 0) break;
    const known = sizeIn(yield { read: 4 * (size + 1) - 1 });
    if (known === null) return false;
    const bytes = known ?? (yield* chunks());
    if (bytes === null) return false;
    if (known !== undefined) yield { skip: known };
    yield { skip: padding(bytes) + check };
  }
  const [records, first] = yield* number();
  let index = 1 + first;
  for (let left = 2 * records; left > 0; left--) index += (yield* number())[1];
  yield { skip: padding(index) + CRC32 + FOOTER };
  return true;
}

const padding = (bytes: number): number => (4 - (bytes % 4)) % 4;

/** Of a block's header, without its first byte: the compressed size, undefined when it does not say; null for a filter that is not known. */
function sizeIn(header: Buffer): number | undefined | null {
  const flags = header[0] ?? 0;
  let at = 1;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = header[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  const size = flags & 0x40 ? next() : undefined;
  if (flags & 0x80) next();
  let filter = 0;
  for (let left = (flags & 3) + 1; left > 0; left--) {
    filter = next();
    at += next();
  }
  return filter === LZMA2 ? size : null;
}

/** The bytes that they have; null when one is none. */
function* chunks(): Walk<number | null> {
  for (let bytes = 1; ; bytes++) {
    const [control = 0] = yield { read: 1 };
    if (control === 0) return bytes;
    const isPlain = control <= 2;
    if (!isPlain && control < 0x80) return null;
    const sizes = yield { read: isPlain ? 2 : 4 };
    const packed = sizes.readUInt16BE(sizes.length - 2) + 1 + (control >= 0xc0 ? 1 : 0);
    yield { skip: packed };
    bytes += sizes.length + packed;
  }
}

/** A number of any length, and how many bytes it took. */
function* number(): Walk<[value: number, bytes: number]> {
  let value = 0;
  for (let bytes = 1; ; bytes++) {
    const [byte = 0] = yield { read: 1 };
    value += (byte & 0x7f) * 2 ** (7 * (bytes - 1));
    if (byte < 0x80 || bytes === 9) return [value, bytes];
  }
}
