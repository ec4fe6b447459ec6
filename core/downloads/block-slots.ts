/** A block in memory. Its bytes are its own as long as somebody holds it. */
export interface BlockSlot {
  readonly bytes: Buffer;
  /** Settles when the bytes are there; rejects when they could not be had. */
  readonly filled: Promise<void>;
}

export interface BlockSlots {
  /** The block of that key, held for the caller until it is released; `fill` brings it when it is not there. */
  hold(key: string, length: number, fill: (into: Buffer) => Promise<void>): BlockSlot;
  release(slot: BlockSlot): void;
  /** The bytes of that block, if they are there; they may change in the next turn. */
  bytesOf(key: string): Buffer | null;
}

interface Held extends BlockSlot {
  memory: Buffer;
  holders: number;
  isFilled: boolean;
}

/**
 * Memory for `blocks` blocks, used again and again: fresh memory for each would have V8 mark its whole heap every 64 MB. The block that was
 * wanted longest ago gives way, one that somebody holds never does. When all are held, a block has memory of its own and is not kept.
 */
export function createBlockSlots({ blockBytes, blocks }: { blockBytes: number; blocks: number }): BlockSlots {
  /** In the order they were last wanted. */
  const kept = new Map<string, Held>();

  function freeMemory(): Buffer | null {
    if (kept.size < blocks) return Buffer.allocUnsafeSlow(blockBytes);
    for (const [key, slot] of kept) {
      if (slot.holders > 0) continue;
      kept.delete(key);
      return slot.memory;
    }
    return null;
  }

  function wanted(key: string): Held | undefined {
    const known = kept.get(key);
    if (known) {
      kept.delete(key);
      kept.set(key, known);
    }
    return known;
  }

  return {
    hold(key, length, fill) {
      const known = wanted(key);
      if (known) {
        known.holders += 1;
        return known;
      }
      const free = freeMemory();
      const memory = free ?? Buffer.allocUnsafeSlow(length);
      const bytes = memory.subarray(0, length);
      // Filling holds it too: whoever wanted it may have gone.
      const filled = fill(bytes);
      const slot: Held = { memory, bytes, filled, holders: 2, isFilled: false };
      if (free) kept.set(key, slot);
      filled.then(
        () => {
          slot.isFilled = true;
          slot.holders -= 1;
        },
        () => {
          slot.holders -= 1;
          if (kept.get(key) === slot) kept.delete(key);
        },
      );
      return slot;
    },
    release(slot) {
      (slot as Held).holders -= 1;
    },
    bytesOf(key) {
      const known = wanted(key);
      return known?.isFilled ? known.bytes : null;
    },
  };
}
