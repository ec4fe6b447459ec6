const POLYNOMIAL = 0xa001;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** CRC-16/IBM (ARC): 0x8005 reflected, start 0, no final xor. Over ASCII `123456789` it is 0xBB3D. */
export function crc16(bytes: Uint8Array): number {
  let value = 0;
  // By index: an iterator takes several times as long, and this runs over every byte.
  for (let at = 0; at < bytes.length; at += 1) value = (value >>> 8) ^ (TABLE[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return value;
}
