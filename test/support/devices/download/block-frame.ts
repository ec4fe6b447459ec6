/** What came on `download_reply` (device-protocols §1.4). */
export type BlockFrame =
  | { kind: 'block'; offset: number; fileLength: number; bytes: Buffer }
  | { kind: 'refused'; code: number; message: string }
  /** An SDK takes no notice of it, and waits. */
  | { kind: 'unreadable'; why: string };

/** As strict as LinkSDK 4: the lengths must add up to the payload's. */
export function readBlockFrame(payload: Buffer): BlockFrame {
  const unreadable = (why: string): BlockFrame => ({ kind: 'unreadable', why });
  if (payload.length < 4) return unreadable('shorter than its frame');
  const jsonLength = payload.readUInt16BE(0);
  if (payload.length < 2 + jsonLength + 2) return unreadable('the JSON is cut');
  const { code, msg, data } = JSON.parse(payload.toString('utf8', 2, 2 + jsonLength));
  if (code !== 200) return { kind: 'refused', code: Number(code), message: String(msg) };
  const { bSize, bOffset, fileLength } = data;
  if (payload.length !== 2 + jsonLength + bSize + 2) return unreadable(`bSize ${bSize} of a payload of ${payload.length}`);
  const bytes = payload.subarray(2 + jsonLength, payload.length - 2);
  if (payload.readUInt16LE(payload.length - 2) !== crc(bytes)) return unreadable('CRC');
  return { kind: 'block', offset: bOffset, fileLength, bytes };
}

/** CRC-16/IBM, bit by bit as the SDK does it: polynomial 0xA001, start 0. */
export function crc(bytes: Buffer): number {
  let value = 0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xa001 : value >>> 1;
  }
  return value;
}
