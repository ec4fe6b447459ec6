import type { Socket } from 'node:net';

/**
 * Follows the packet boundaries of an MQTT stream (3.1.1 §2.2) and says whether the announced lengths are allowed.
 * The parser behind it keeps a packet until it is complete, whatever its length (up to 256 MB).
 */
export function createPacketMeter(limits: { connectBytes: number; packetBytes: number }): (chunk: Buffer) => boolean {
  let limit = limits.connectBytes;
  let bodyLeft = 0;
  let length = 0;
  /** Bits of the length read so far; -1 before the packet's first byte. */
  let shift = -1;

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (bodyLeft > 0) {
        const step = Math.min(bodyLeft, chunk.length - at);
        bodyLeft -= step;
        at += step;
        continue;
      }
      const byte = chunk[at++] ?? 0;
      if (shift < 0) {
        shift = 0;
        length = 0;
        continue;
      }
      length |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte & 0x80) {
        if (shift > 21) return false;
        continue;
      }
      if (length > limit) return false;
      limit = limits.packetBytes;
      bodyLeft = length;
      shift = -1;
    }
    return true;
  };
}

/** Ends the connection at the first packet that is too long. In front of the broker's parser, which pulls by `read()`: no stream in between. */
export function guardPackets(socket: Socket, limits: { connectBytes: number; packetBytes: number }, onTooLarge: () => void): void {
  const allows = createPacketMeter(limits);
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const chunk: Buffer | null = read(size);
    if (chunk === null || allows(chunk)) return chunk;
    onTooLarge();
    socket.destroy();
    return null;
  };
}
