import { createHash } from 'node:crypto';

const SLOTS_AT_FIRST = 1 << 12;
/** 32-bit words of a digest that are kept. */
const WORDS = 4;

/**
 * Which names came before, in 16 bytes a slot however long they are: a million of them take 32 MB. It keeps 128 bits of a
 * SHA-256, so two names never pass for one.
 */
export function createSeenNames(): { addIfNew(name: string): boolean } {
  let slots = SLOTS_AT_FIRST;
  let words = new Uint32Array(slots * WORDS);
  let count = 0;

  /** Where the digest is, or the free slot where it belongs. The first word is never 0 in a slot that is taken. */
  function slotOf(table: Uint32Array, mask: number, a: number, b: number, c: number, d: number): number {
    for (let slot = b & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WORDS;
      if (table[at] === 0) return at;
      if (table[at] === a && table[at + 1] === b && table[at + 2] === c && table[at + 3] === d) return at;
    }
  }

  function grow(): void {
    const older = words;
    slots *= 2;
    words = new Uint32Array(slots * WORDS);
    for (let at = 0; at < older.length; at += WORDS) {
      if (older[at] !== 0) put(older[at] ?? 0, older[at + 1] ?? 0, older[at + 2] ?? 0, older[at + 3] ?? 0);
    }
  }

  function put(a: number, b: number, c: number, d: number): boolean {
    const at = slotOf(words, slots - 1, a, b, c, d);
    if (words[at] !== 0) return false;
    words.set([a, b, c, d], at);
    return true;
  }

  return {
    addIfNew(name) {
      const digest = createHash('sha256').update(name).digest();
      const isNew = put(digest.readUInt32LE(0) || 1, digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12));
      if (isNew && ++count * 2 > slots) grow();
      return isNew;
    },
  };
}
export type SeenNames = ReturnType<typeof createSeenNames>;
