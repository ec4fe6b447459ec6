import type { Duplex } from 'node:stream';

export interface PacketLimits {
  /** Of the first packet. */
  connectBytes: number;
  packetBytes: number;
  /** A PUBLISH between `packetBytes` and this is left out; anything longer ends the connection. */
  skippedBytes: number;
}

const PUBLISH = 3;
const NOTHING = Buffer.alloc(0);

/**
 * Follows the packet boundaries of an MQTT stream (3.1.1 §2.2) and gives on what is of allowed length: null when the connection is to end.
 * The parser behind it keeps a packet until it is complete, whatever its length (up to 256 MB). Bytes of a header are held back until its
 * length is known.
 */
export function createPacketFilter(limits: PacketLimits, onTooLarge: () => void): (chunk: Buffer) => Buffer | null {
  let limit = limits.connectBytes;
  let first = true;
  let type = 0;
  let bodyLeft = 0;
  let skipping = false;
  let length = 0;
  /** Bits of the length read so far; -1 before the packet's first byte. */
  let shift = -1;
  let held = NOTHING;

  return (chunk) => {
    const pieces: Buffer[] = [];
    /** Where what is given on begins, and where the header that is being read does. */
    let from = 0;
    let head = 0;
    let at = 0;
    while (at < chunk.length) {
      if (bodyLeft > 0) {
        const step = Math.min(bodyLeft, chunk.length - at);
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
        onTooLarge();
        if (first || type !== PUBLISH || length > limits.skippedBytes) return null;
        if (held.length === 0 && head > from) pieces.push(chunk.subarray(from, head));
        skipping = true;
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
export function guardPackets(socket: Duplex, limits: PacketLimits, onTooLarge: () => void): void {
  const filter = createPacketFilter(limits, onTooLarge);
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const chunk: Buffer | null = read(size);
    const allowed = chunk && filter(chunk);
    if (chunk !== null && allowed === null) socket.destroy();
    return allowed;
  };
}
