import { LRUCache } from 'lru-cache';
import { type Block, blockSize, readBlock } from '../message/block-option';
import { CODE } from '../message/codes';
import { type CoapMessage, NO_BYTES } from '../message/message';
import { OPTION, optionOf, pathOf, queriesOf, uintOf } from '../message/options';

export interface Block1Limits {
  /** Bytes of a whole body. */
  bodyBytes: number;
  /** Bodies that have begun and are not whole, and bytes of all of them: whoever was silent longest gives way. */
  bodies: number;
  allBytes: number;
  /** A body whose next block does not come in so long is given up. */
  waitMs: number;
}

export const BLOCK1_LIMITS: Block1Limits = { bodyBytes: 64 * 1024, bodies: 1_000, allBytes: 16 * 1024 * 1024, waitMs: 93_000 };

/** What a request with a body, or a part of one, comes to. `block` is to stand in the answer. */
export type Received =
  | { body: Buffer; block?: Block }
  /** RFC 7959 §2.9: 2.31, the next one please; 4.00, 4.08, 4.13. */
  | { code: number; block?: Block; size1?: number };

/** What a chunk takes beside its bytes, of which there may be 16. */
const CHUNK_BYTES = 128;

interface Begun {
  /** What the body is for: another request of the same peer is another body. */
  target: string;
  chunks: Buffer[];
  bytes: number;
}

/**
 * Puts bodies together that come in blocks (RFC 7959 §2.5), in their order. A peer has one at a time, and each of its blocks may have another
 * token. Blocks that don't follow each other are answered 4.08, and the client begins again.
 */
export function createBlock1(limits: Block1Limits): (peer: string, message: CoapMessage) => Received {
  const bodies = new LRUCache<string, Begun>({
    max: limits.bodies,
    maxSize: limits.allBytes,
    sizeCalculation: ({ bytes, chunks }) => bytes + chunks.length * CHUNK_BYTES,
    ttl: limits.waitMs,
  });
  const tooLarge = (peer: string, block?: Block): Received => {
    bodies.delete(peer);
    return { code: CODE.requestEntityTooLarge, ...(block && { block }), size1: limits.bodyBytes };
  };

  function take(peer: string, message: CoapMessage, block: Block): Received {
    const { payload } = message;
    const from = block.num * blockSize(block.szx);
    const target = targetOf(message);
    const begun = block.num === 0 ? { target, chunks: [], bytes: 0 } : bodies.get(peer);
    if (begun === undefined || begun.target !== target || begun.bytes !== from) {
      bodies.delete(peer);
      return { code: CODE.requestEntityIncomplete, block };
    }
    if (block.more && payload.length !== blockSize(block.szx)) {
      bodies.delete(peer);
      return { code: CODE.badRequest };
    }
    const bytes = begun.bytes + payload.length;
    if (bytes > limits.bodyBytes) return tooLarge(peer, block);
    const { chunks } = begun;
    // The datagram's memory is the socket's.
    chunks.push(Buffer.from(payload));
    if (block.more) {
      bodies.set(peer, { target, chunks, bytes });
      return { code: CODE.continue, block };
    }
    bodies.delete(peer);
    return { body: Buffer.concat(chunks, bytes), block };
  }

  return (peer, message) => {
    const value = optionOf(message, OPTION.block1);
    if (value === undefined) return message.payload.length > limits.bodyBytes ? tooLarge(peer) : { body: message.payload };
    const block = readBlock(value);
    if (block === null) return { code: CODE.badRequest };
    if ((uintOf(message, OPTION.size1) ?? 0) > limits.bodyBytes) return tooLarge(peer, block);
    return take(peer, message, block);
  };
}

const targetOf = (message: CoapMessage): string =>
  [message.code, pathOf(message).join('/'), queriesOf(message).join('&'), optionOf(message, OPTION.contentFormat) ?? NO_BYTES]
    .map((part) => (Buffer.isBuffer(part) ? part.toString('hex') : String(part)))
    .join(' ');
