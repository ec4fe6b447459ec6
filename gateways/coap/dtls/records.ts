/** Content types of records (RFC 6347, section 4.1; RFC 9146, section 4). */
export const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23, connectionId: 25 } as const;
const CLIENT_HELLO = 1;
const CLIENT_KEY_EXCHANGE = 16;
const HANDSHAKE_HEADER = 12;
const RANDOM_BYTES = 32;

/** Octets of the connection ids that this server gives. They fit into a number. */
export const CONNECTION_ID_BYTES = 6;

/** A record of a datagram. Its payload is `start` … `end`. */
export interface RecordHead {
  type: number;
  epoch: number;
  /** Ours, if the record has one. */
  connectionId: number | null;
  start: number;
  end: number;
}

/** A part of a handshake message, or all of it. */
export interface HandshakePart {
  messageType: number;
  /** Of the whole message. */
  length: number;
  sequence: number;
  offset: number;
  bytes: Buffer;
}

/** What tells one ClientHello from another. */
export interface ClientHello {
  /** 48 bits of the client's random. */
  mark: number;
  hasCookie: boolean;
}

/** The record that begins at `at`, or null if there is none that ends in the datagram. */
export function recordAt(datagram: Buffer, at: number): RecordHead | null {
  if (datagram.length - at < 13) return null;
  const type = datagram.readUInt8(at);
  if (type < CONTENT.changeCipherSpec || type > CONTENT.connectionId || datagram.readUInt8(at + 1) !== 0xfe) return null;
  const withId = type === CONTENT.connectionId;
  const lengthAt = at + 11 + (withId ? CONNECTION_ID_BYTES : 0);
  if (datagram.length < lengthAt + 2) return null;
  const start = lengthAt + 2;
  const end = start + datagram.readUInt16BE(lengthAt);
  if (end > datagram.length) return null;
  const connectionId = withId ? datagram.readUIntBE(at + 11, CONNECTION_ID_BYTES) : null;
  return { type, epoch: datagram.readUInt16BE(at + 3), connectionId, start, end };
}

/**
 * The datagram up to where its last whole record ends. Mbed TLS 3.6 skips a record that it has seen before, or of another epoch, and takes
 * up to 12 octets behind it for an error of its own: anybody could end a session that way.
 */
export function wholeRecords(datagram: Buffer): Buffer {
  let end = 0;
  for (let record = recordAt(datagram, 0); record !== null; record = recordAt(datagram, record.end)) end = record.end;
  return end === datagram.length ? datagram : datagram.subarray(0, end);
}

/** The ClientHello that a datagram begins with, or null: nothing else, or only a part of one. */
export function clientHelloOf(datagram: Buffer, record: RecordHead): ClientHello | null {
  const part = partAt(datagram, record.start, record.end);
  if (part === null || part.messageType !== CLIENT_HELLO || part.bytes.length !== part.length) return null;
  const sessionIdAt = 2 + RANDOM_BYTES;
  const cookieAt = sessionIdAt + 1 + (part.bytes[sessionIdAt] ?? 0);
  const cookieLength = part.bytes[cookieAt];
  if (cookieLength === undefined) return null;
  return { mark: part.bytes.readUIntBE(sessionIdAt - 6, 6), hasCookie: cookieLength > 0 };
}

/** Whether a record is of a ClientHello before there are keys, also of a part of one. */
export const beginsHello = (datagram: Buffer, { type, epoch, start, end }: RecordHead): boolean =>
  type === CONTENT.handshake && epoch === 0 && end > start && datagram[start] === CLIENT_HELLO;

/** The parts of ClientKeyExchange messages in a datagram's records without keys, as far as it can be read. */
export function keyExchangeParts(datagram: Buffer): HandshakePart[] {
  const parts: HandshakePart[] = [];
  for (let record = recordAt(datagram, 0); record !== null; record = recordAt(datagram, record.end)) {
    if (record.type !== CONTENT.handshake || record.epoch !== 0) continue;
    let at = record.start;
    for (let part = partAt(datagram, at, record.end); part !== null; part = partAt(datagram, at, record.end)) {
      if (part.messageType === CLIENT_KEY_EXCHANGE) parts.push(part);
      at += HANDSHAKE_HEADER + part.bytes.length;
    }
  }
  return parts;
}

function partAt(datagram: Buffer, at: number, end: number): HandshakePart | null {
  const start = at + HANDSHAKE_HEADER;
  if (start > end) return null;
  const length = datagram.readUIntBE(at + 1, 3);
  const offset = datagram.readUIntBE(at + 6, 3);
  const partLength = datagram.readUIntBE(at + 9, 3);
  if (offset + partLength > length || start + partLength > end) return null;
  return {
    messageType: datagram.readUInt8(at),
    length,
    sequence: datagram.readUInt16BE(at + 4),
    offset,
    bytes: datagram.subarray(start, start + partLength),
  };
}
