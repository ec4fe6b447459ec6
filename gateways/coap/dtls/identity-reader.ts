import { keyExchangeParts } from './records.js';

/** RFC 4279, section 5.3: identities of up to 128 octets have to be supported. */
export const MOST_IDENTITY_BYTES = 128;
const LENGTH_BYTES = 2;
const NO_IDENTITY = Buffer.alloc(0);

/** Reads the identity of one handshake out of its ClientKeyExchange, which is not encrypted. */
export interface IdentityReader {
  /** The identity, once all its parts have come; empty if there is none to be read, or a longer one than may be. */
  add(datagram: Buffer): Buffer | null;
}

export function createIdentityReader(): IdentityReader {
  let message: Buffer | null = null;
  let missing = new Set<number>();
  return {
    add(datagram) {
      for (const { length, offset, bytes } of keyExchangeParts(datagram)) {
        if (length > LENGTH_BYTES + MOST_IDENTITY_BYTES) return NO_IDENTITY;
        if (message === null || message.length !== length) {
          message = Buffer.alloc(length);
          missing = new Set(message.keys());
        }
        bytes.copy(message, offset);
        for (let index = offset; index < offset + bytes.length; index++) missing.delete(index);
        if (missing.size === 0) return identityIn(message);
      }
      return null;
    },
  };
}

/** ClientKeyExchange of plain PSK (RFC 4279, section 2): a length of 2 octets, and the identity. */
function identityIn(message: Buffer): Buffer {
  if (message.length < LENGTH_BYTES || message.readUInt16BE(0) !== message.length - LENGTH_BYTES) return NO_IDENTITY;
  return message.subarray(LENGTH_BYTES);
}
