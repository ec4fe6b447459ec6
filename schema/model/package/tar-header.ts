export const TAR_BLOCK = 512;

/** What a block of a tar archive says that stands where a header should be. */
export type TarHeader = { kind: 'entry'; bytes: number } | { kind: 'end' } | { kind: 'none' };

const SIZE = { at: 124, length: 12 };
const CHECKSUM = { at: 148, length: 8 };
const TYPE_AT = 156;
/** Links, devices, directories and pipes: whatever their size says, no bytes follow. */
const WITHOUT_BYTES = '123456';

/** POSIX ustar, with the sizes that GNU writes in base 256. `none`: something else, of which nothing can be said. */
export function tarHeader(block: Uint8Array): TarHeader {
  if (block.every((byte) => byte === 0)) return { kind: 'end' };
  if (octal(block, CHECKSUM) !== checksumOf(block)) return { kind: 'none' };
  const bytes = WITHOUT_BYTES.includes(String.fromCharCode(block[TYPE_AT] ?? 0)) ? 0 : sizeOf(block);
  return bytes === null ? { kind: 'none' } : { kind: 'entry', bytes };
}

function checksumOf(block: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < TAR_BLOCK; at++) sum += at >= CHECKSUM.at && at < CHECKSUM.at + CHECKSUM.length ? 0x20 : (block[at] ?? 0);
  return sum;
}

function sizeOf(block: Uint8Array): number | null {
  if (block[SIZE.at] !== 0x80) return octal(block, SIZE);
  let size = 0;
  for (const byte of block.subarray(SIZE.at + 1, SIZE.at + SIZE.length)) size = size * 256 + byte;
  return Number.isSafeInteger(size) ? size : null;
}

function octal(block: Uint8Array, { at, length }: { at: number; length: number }): number | null {
  const text = String.fromCharCode(...block.subarray(at, at + length))
    .replace(/[\0 ]+$/, '')
    .trimStart();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : null;
}
