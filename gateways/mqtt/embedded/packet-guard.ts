import type { Duplex } from 'node:stream';

export interface PacketLimits {
  /** Of the first packet. */
  connectBytes: number;
  packetBytes: number;
  /** A PUBLISH between `packetBytes` and this is left out; anything longer ends the connection. */
  skippedBytes: number;
}

/** What is told of packets that are not let through. */
export interface Withheld {
  /** Each of them, as soon as its length is known. */
  tooLarge(): void;
  /** A PUBLISH that was left out, by its topic and the beginning of its payload. */
  skipped?(topic: string, head: Buffer): void;
}

const PUBLISH = 3;
const NOTHING = Buffer.alloc(0);
/** Of a PUBLISH that is left out, so much is kept for a moment: its topic, and what people recognise it by. */
const HEAD_BYTES = 1_024;

/** Topic and payload of a PUBLISH (MQTT 3.1.1 §3.3) from the beginning of its body; null where the topic goes on behind it. */
function publishOf(flags: number, body: Buffer): [topic: string, payload: Buffer] | null {
  const end = 2 + body.readUInt16BE(0);
  if (end > body.length) return null;
  const hasId = (flags & 0b0110) !== 0;
  return [body.toString('utf8', 2, end), body.subarray(end + (hasId ? 2 : 0))];
}

/**
 * Follows the packet boundaries of an MQTT stream (3.1.1 §2.2) and gives on what is of allowed length: null when the connection is to end.
 * The parser behind it keeps a packet until it is complete, whatever its length (up to 256 MB). Bytes of a header are held back until its
 * length is known.
 */
export function createPacketFilter(limits: PacketLimits, withheld: Withheld): (chunk: Buffer) => Buffer | null {
  let limit = limits.connectBytes;
  let first = true;
  let type = 0;
  let flags = 0;
  let bodyLeft = 0;
  let skipping = false;
  /** The beginning of what is being left out. */
  let skipped = NOTHING;
  let length = 0;
  /** Bits of the length read so far; -1 before the packet's first byte. */
  let shift = -1;
  let held = NOTHING;

  function keepHead(piece: Buffer): void {
    if (skipped.length >= HEAD_BYTES) return;
    skipped = Buffer.concat([skipped, piece.subarray(0, HEAD_BYTES - skipped.length)]);
    const read = skipped.length < HEAD_BYTES ? null : publishOf(flags, skipped);
    if (read) withheld.skipped?.(...read);
  }

  return (chunk) => {
    const pieces: Buffer[] = [];
    /** Where what is given on begins, and where the header that is being read does. */
    let from = 0;
    let head = 0;
    let at = 0;
    while (at < chunk.length) {
      if (bodyLeft > 0) {
        const step = Math.min(bodyLeft, chunk.length - at);
        if (skipping) keepHead(chunk.subarray(at, at + step));
        bodyLeft -= step;
        at += step;
        if (skipping) from = at;
        if (bodyLeft === 0) skipping = false;
        continue;
      }
      if (shift < 0) head = at;
      const byte = chunk[at++] ?? 0;
      if (shift < 0) {
        type = byte >> 4;
        flags = byte & 0x0f;
        shift = 0;
        length = 0;
        continue;
      }
      length |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte & 0x80) {
        if (shift > 21) return null;
        continue;
      }
      if (length > limit) {
        withheld.tooLarge();
        if (first || type !== PUBLISH || length > limits.skippedBytes) return null;
        if (held.length === 0 && head > from) pieces.push(chunk.subarray(from, head));
        skipping = true;
        skipped = NOTHING;
        from = at;
      } else if (held.length > 0) pieces.push(held);
      held = NOTHING;
      first = false;
      limit = limits.packetBytes;
      bodyLeft = length;
      shift = -1;
    }
    const end = shift < 0 ? at : held.length > 0 ? from : head;
    if (end > from && !skipping) pieces.push(chunk.subarray(from, end));
    if (shift >= 0) held = Buffer.concat([held, chunk.subarray(held.length > 0 ? 0 : head)]);
    return pieces.length === 1 ? (pieces[0] ?? NOTHING) : Buffer.concat(pieces);
  };
}

/** Leaves out or ends what is too long. In front of the broker's parser, which pulls by `read()`: no stream in between. */
export function guardPackets(socket: Duplex, limits: PacketLimits, withheld: Withheld): void {
  const filter = createPacketFilter(limits, withheld);
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const chunk: Buffer | null = read(size);
    const allowed = chunk && filter(chunk);
    if (chunk !== null && allowed === null) socket.destroy();
    return allowed;
  };
}
