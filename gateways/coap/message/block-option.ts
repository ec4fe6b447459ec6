import { readUint, writeUint } from './options';

/** Which block of a body a message is about (RFC 7959 §2.2). */
export interface Block {
  /** 0–1,048,575: the block begins at `num << (szx + 4)` bytes. */
  num: number;
  /** Whether further blocks follow; in a request with Block2, false. */
  more: boolean;
  /** Size exponent, 0–6: the block has `16 << szx` bytes. */
  szx: number;
}

export const LARGEST_SZX = 6;
export const MOST_BLOCK_NUM = 0xf_ffff;

export const blockSize = (szx: number): number => 16 << szx;

/** Null for a value of more than three bytes and for the reserved size exponent 7. */
export function readBlock(value: Buffer): Block | null {
  if (value.length > 3) return null;
  const number = readUint(value);
  const szx = number & 7;
  return szx > LARGEST_SZX ? null : { num: number >>> 4, more: (number & 8) !== 0, szx };
}

export function writeBlock({ num, more, szx }: Block): Buffer {
  if (!(num >= 0 && num <= MOST_BLOCK_NUM)) throw new RangeError(`No block has the number ${num}`);
  if (!(szx >= 0 && szx <= LARGEST_SZX)) throw new RangeError(`No block has the size exponent ${szx}`);
  return writeUint(num * 16 + (more ? 8 : 0) + szx);
}
