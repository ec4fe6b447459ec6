import { LARGEST_SZX, readBlock } from '../message/block-option';
import { CODE } from '../message/codes';
import type { CoapMessage } from '../message/message';
import { OPTION, optionOf, pathOf, uintOf } from '../message/options';

/** What is asked for: the block of the file of a token, from byte `num << (szx + 4)` on; or the code that the request is refused with. */
export type BlockDecision = { token: string; num: number; szx: number } | { refusal: number };

/** The first segment of a file's path. */
const FILES = 'f';
/** `application/octet-stream`. */
export const OCTET_STREAM = 42;

export function isForFile({ options }: Pick<CoapMessage, 'options'>): boolean {
  const first = optionOf({ options }, OPTION.uriPath);
  return first !== undefined && first.length === FILES.length && first.toString('latin1') === FILES;
}

/**
 * Reads `GET /f/<token>` with or without Block2 (RFC 7959 §2.4, device-protocols §3.6). Nothing is known of earlier requests: each names its
 * block, of whatever size, and without Block2 it is for the first one of 1,024 bytes. An ETag in it changes nothing: who asks for a block
 * does not have it, whatever 2.03 would say. Options that have a wrong length, or are there twice, were refused before.
 */
export function decideBlock(request: CoapMessage): BlockDecision {
  const [root, token, ...more] = pathOf(request);
  if (root !== FILES || token === undefined || more.length > 0) return { refusal: CODE.notFound };
  if (request.code !== CODE.get) return { refusal: CODE.methodNotAllowed };
  const accept = uintOf(request, OPTION.accept);
  if (accept !== undefined && accept !== OCTET_STREAM) return { refusal: CODE.notAcceptable };
  const value = optionOf(request, OPTION.block2);
  if (value === undefined) return { token, num: 0, szx: LARGEST_SZX };
  const block = readBlock(value);
  return block === null ? { refusal: CODE.badRequest } : { token, num: block.num, szx: block.szx };
}
