import { type Block, blockSize, LARGEST_SZX, MOST_BLOCK_NUM } from '../../message/block-option';
import { CODE, isSuccess } from '../../message/codes';

/** A piece of the body, and the Block1 option that it goes with. */
export interface Part {
  offset: number;
  length: number;
  block: Block;
}

/** COMPLETE: the device has it all. NO_ROOM: 4.13, and again for smaller blocks. INCOMPLETE: 4.08, or 2.31 to the last block, twice. */
export type TransferEnd = 'COMPLETE' | 'NO_ROOM' | 'INCOMPLETE';

/** What an answer comes to; `refused`: an error that no other block would change. */
export type TransferStep = 'next' | { end: TransferEnd } | 'refused';

/** A body that is written to a device block by block (RFC 7959 §2.5): where it is, and what an answer makes of that. */
export interface Block1Transfer {
  /** What to send now. */
  part(): Part;
  /** The part is sent once more, as another message: the device may have taken it, and its answer was lost. */
  sentAgain(): void;
  /** The answer to that part: its code, and its Block1 option where it has one that can be read. */
  answered(code: number, block: Block | null): TransferStep;
  /** Whether a response is to another part than this one: it came late, or twice. */
  isLate(block: Block | null): boolean;
}

/** `size` is at least 1. Begins with blocks of 1,024 bytes. */
export function createBlock1Transfer(size: number): Block1Transfer {
  let szx = LARGEST_SZX;
  let offset = 0;
  let begunAgain = false;
  let madeSmaller = false;
  let mayBeTaken = false;
  let current = partAt();

  function partAt(): Part {
    const length = Math.min(blockSize(szx), size - offset);
    return { offset, length, block: { num: offset / blockSize(szx), more: offset + length < size, szx } };
  }

  function goOn(): TransferStep {
    // Of blocks so small there are not enough numbers.
    if (Math.floor((size - 1) / blockSize(szx)) > MOST_BLOCK_NUM) return { end: 'NO_ROOM' };
    current = partAt();
    return 'next';
  }

  /** The device may have kept only the front of larger blocks; it gets them in its own size from the beginning on. */
  function beginAgain(): TransferStep {
    if (begunAgain) return { end: 'INCOMPLETE' };
    begunAgain = true;
    offset = 0;
    return goOn();
  }

  /** RFC 7959 §2.9.3: with a smaller size in the answer, that is what it has room for at once. */
  function makeSmaller(wanted: number): TransferStep {
    if (madeSmaller || szx === 0) return { end: 'NO_ROOM' };
    madeSmaller = true;
    szx = Math.min(szx - 1, wanted);
    offset = 0;
    return goOn();
  }

  return {
    part: () => current,
    sentAgain() {
      mayBeTaken = true;
    },
    answered(code, block) {
      // What it has taken counts by what was sent; a larger size than that is not for this transfer (RFC 7959 §2.3).
      const wanted = block?.szx ?? szx;
      if (code === CODE.requestEntityTooLarge) return makeSmaller(wanted);
      const isMore = code === CODE.continue;
      if (!isSuccess(code) && code !== CODE.requestEntityIncomplete) return 'refused';
      szx = Math.min(szx, wanted);
      // A device that has it already waits for the next one; should it have neither, it says so again.
      const isTaken = isSuccess(code) || (mayBeTaken && current.block.more);
      mayBeTaken = false;
      if (!isTaken) return beginAgain();
      if (!current.block.more) return isMore ? beginAgain() : { end: 'COMPLETE' };
      offset += current.length;
      return goOn();
    },
    isLate: (block) => block !== null && block.num !== current.block.num && block.num * blockSize(block.szx) !== current.offset,
  };
}
