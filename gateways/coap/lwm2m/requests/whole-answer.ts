import { type Block, blockSize, readBlock } from '../../message/block-option';
import { CODE } from '../../message/codes';
import type { CoapMessage } from '../../message/message';
import { OPTION, optionOf } from '../../message/options';
import { MOST_PAYLOAD_BYTES } from '../formats/decoded';

/** Asks for a further block of what was read. */
export type NextBlock = (block: Pick<Block, 'num' | 'szx'>) => Promise<CoapMessage>;

/**
 * The body of a response that may have come in blocks (RFC 7959 §2.4): the rest is asked for, one block after the other. Null when they
 * don't fit together or are more than a payload may have.
 */
export async function wholeAnswer(first: CoapMessage, next: NextBlock): Promise<Buffer | null> {
  const option = optionOf(first, OPTION.block2);
  if (option === undefined) return first.payload;
  let block = readBlock(option);
  if (block?.num !== 0) return null;
  const etag = optionOf(first, OPTION.etag);
  const parts = [first.payload];
  let length = first.payload.length;
  while (block.more) {
    const size = blockSize(block.szx);
    if (length % size !== 0 || length === 0 || length >= MOST_PAYLOAD_BYTES) return null;
    const wanted = { num: length / size, szx: block.szx };
    const response = await next(wanted);
    const answered = readBlock(optionOf(response, OPTION.block2) ?? NO_BLOCK);
    const fits = response.code === CODE.content && answered !== null && answered.num * blockSize(answered.szx) === length;
    if (!fits || answered.szx > wanted.szx || !sameBytes(optionOf(response, OPTION.etag), etag)) return null;
    parts.push(response.payload);
    length += response.payload.length;
    block = answered;
  }
  return length > MOST_PAYLOAD_BYTES ? null : Buffer.concat(parts);
}

/** No Block2 in an answer to a further block: it is the first one, which was not asked for. */
const NO_BLOCK = Buffer.alloc(0);

const sameBytes = (one: Buffer | undefined, other: Buffer | undefined): boolean =>
  one === undefined || other === undefined ? one === other : one.equals(other);
