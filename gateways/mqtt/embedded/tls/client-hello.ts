import { RECORD_HEADER } from './record-types';

/** Of a ClientHello that nothing is known of yet; what ordinary TLS makes of a longer one is its own affair. */
export const HELLO_BYTES = 16 * 1024 + 5;

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const MESSAGE_HEADER = 4;
const VERSION_AND_RANDOM = 34;
/** Suites that are authenticated by a pre-shared key (RFC 4279, 4785, 5487, 5489, 6209, 6367, 6655, 7905, 8442), first and last of each row. */
const PSK_SUITES: readonly (readonly [first: number, last: number])[] = [
  [0x002c, 0x002e],
  [0x008a, 0x0095],
  [0x00a8, 0x00b9],
  [0xc033, 0xc03b],
  [0xc064, 0xc071],
  [0xc08e, 0xc09b],
  [0xc0a4, 0xc0ab],
  [0xccab, 0xccae],
  [0xd001, 0xd005],
];
/** What stands in the list and is no suite: renegotiation and fallback (RFC 5746, 7507). */
const SIGNALS = [0x00ff, 0x5600];

const isPsk = (suite: number): boolean => PSK_SUITES.some(([first, last]) => suite >= first && suite <= last);
/** RFC 8446, and values that are there to be ignored (RFC 8701). */
const isOfOtherVersions = (suite: number): boolean => suite >> 8 === 0x13 || (suite & 0x0f0f) === 0x0a0a || SIGNALS.includes(suite);

/**
 * Whether a client wants to be known by a pre-shared key: of what it offers for TLS 1.2, nothing else. Null: more bytes are needed to say.
 * Anything that is no ClientHello wants no such thing.
 */
export function wantsPsk(bytes: Buffer): boolean | null {
  const hello = handshakeBytes(bytes);
  if (hello === null) return false;
  if (hello.length > 0 && hello[0] !== CLIENT_HELLO) return false;
  const sessionAt = MESSAGE_HEADER + VERSION_AND_RANDOM;
  const suitesAt = sessionAt + 1 + (hello[sessionAt] ?? 0);
  const from = suitesAt + 2;
  const to = from + (hello.length >= from ? hello.readUInt16BE(suitesAt) : 0);
  if (hello.length < from || hello.length < to) return bytes.length >= HELLO_BYTES ? false : null;
  const suites: number[] = [];
  for (let at = from; at + 1 < to; at += 2) suites.push(hello.readUInt16BE(at));
  const offered = suites.filter((suite) => !isOfOtherVersions(suite));
  return offered.length > 0 && offered.every(isPsk);
}

/** What the records carry, as far as they have come; null: these are no records of a handshake. */
function handshakeBytes(bytes: Buffer): Buffer | null {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== HANDSHAKE) return pieces.length > 0 ? Buffer.concat(pieces) : null;
    if (at + RECORD_HEADER > bytes.length) break;
    const end = at + RECORD_HEADER + bytes.readUInt16BE(at + 3);
    pieces.push(bytes.subarray(at + RECORD_HEADER, end));
    at = end;
  }
  return Buffer.concat(pieces);
}
