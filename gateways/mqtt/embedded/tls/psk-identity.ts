import { RECORD_HEADER } from './record-types';

/** Longest identity, bytes: that of the TLS library above as well. */
export const IDENTITY_BYTES = 256;

const MESSAGE_HEADER = 4;
const HANDSHAKE = 22;
const CLIENT_KEY_EXCHANGE = 16;

export interface Watched {
  /** To be given on at once. */
  through: Buffer;
  /** To be given on when the identity's key is there. Present once, together with `identity`. */
  held?: Buffer;
  identity?: Buffer;
}

/**
 * Reads along a client's half of a TLS 1.2 handshake and finds the identity at the head of ClientKeyExchange (RFC 4279 §2, 5489 §2), where
 * it is in the clear. All bytes up to its last one are given on: without that one nobody can act on it. After it, or where there can be none
 * any more, everything passes. Keeps nothing but the identity, at most `IDENTITY_BYTES`; never throws.
 */
export function createIdentityWatch(): (chunk: Buffer) => Watched {
  /** Bytes of the record's and the message's header, and of the identity with its length, as far as they have come. */
  const record = new Header(RECORD_HEADER);
  const message = new Header(MESSAGE_HEADER);
  let recordLeft = 0;
  let messageLeft = 0;
  let reading = false;
  let isOver = false;
  const identity: number[] = [];

  /** Takes one byte of a handshake message; true when it is the identity's last one. */
  function take(byte: number): boolean {
    if (!message.isComplete) {
      message.add(byte);
      if (!message.isComplete) return false;
      reading = message.at(0) === CLIENT_KEY_EXCHANGE;
      messageLeft = (message.at(1) << 16) | (message.at(2) << 8) | message.at(3);
    } else {
      messageLeft -= 1;
      if (reading) {
        identity.push(byte);
        const length = identity.length < 2 ? null : ((identity[0] ?? 0) << 8) | (identity[1] ?? 0);
        if (length !== null && (length === 0 || length > IDENTITY_BYTES)) isOver = true;
        else if (length !== null && identity.length === length + 2) return true;
      }
    }
    if (messageLeft > 0) return false;
    // An identity that is longer than its message is none.
    if (reading) isOver = true;
    message.clear();
    return false;
  }

  return (chunk) => {
    for (let at = 0; at < chunk.length && !isOver; ) {
      if (recordLeft === 0) {
        record.add(chunk[at++] ?? 0);
        if (!record.isComplete) continue;
        if (record.at(0) !== HANDSHAKE) isOver = true;
        recordLeft = (record.at(3) << 8) | record.at(4);
        record.clear();
        continue;
      }
      if (message.isComplete && !reading) {
        const step = Math.min(recordLeft, messageLeft, chunk.length - at);
        recordLeft -= step;
        messageLeft -= step;
        at += step;
        if (messageLeft === 0) message.clear();
        continue;
      }
      recordLeft -= 1;
      if (take(chunk[at] ?? 0)) {
        isOver = true;
        return { through: chunk.subarray(0, at), held: chunk.subarray(at), identity: Buffer.from(identity.slice(2)) };
      }
      at += 1;
    }
    return { through: chunk };
  };
}

class Header {
  private readonly bytes: number[] = [];
  constructor(private readonly size: number) {}
  get isComplete(): boolean {
    return this.bytes.length === this.size;
  }
  add(byte: number): void {
    this.bytes.push(byte);
  }
  at(index: number): number {
    return this.bytes[index] ?? 0;
  }
  clear(): void {
    this.bytes.length = 0;
  }
}
