import { createHash } from 'node:crypto';

type Digest = readonly [number, number, number, number];
const SLOTS_AT_FIRST = 1 << 12;
/** 32-bit words of a digest that are kept. */
const DIGEST = 4;
/** And the number of its name. */
const WORDS = DIGEST + 1;

export interface SeenNames {
  /** A name comes with a number, other than 0, and keeps it. */
  addIfNew(name: string, number?: number): boolean;
  /** Adds 1 to its number, and answers what that is now. */
  count(name: string): number;
  /** 0: the name never came. */
  numberOf(name: string): number;
}

/**
 * Which names came before, each with a number, in 20 bytes a slot however long they are: a million of them take 40 MB. It keeps 128 bits
 * of a SHA-256, so two names never pass for one.
 */
export function createSeenNames(): SeenNames {
  let slots = SLOTS_AT_FIRST;
  let words = new Uint32Array(slots * WORDS);
  let taken = 0;

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
      if (older[at] === 0) continue;
      const to = slotOf(words, slots - 1, older[at] ?? 0, older[at + 1] ?? 0, older[at + 2] ?? 0, older[at + 3] ?? 0);
      for (let word = 0; word < WORDS; word += 1) words[to + word] = older[at + word] ?? 0;
    }
  }

  const digestOf = (name: string): Digest => {
    const digest = createHash('sha256').update(name).digest();
    return [digest.readUInt32LE(0) || 1, digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)];
  };
  const numberAt = (at: number): number => words[at + DIGEST] ?? 0;

  function put(at: number, digest: Digest, number: number): void {
    words.set(digest, at);
    words[at + DIGEST] = number;
    if (++taken * 2 > slots) grow();
  }

  return {
    addIfNew(name, number = 1) {
      const digest = digestOf(name);
      const at = slotOf(words, slots - 1, ...digest);
      if (words[at] !== 0) return false;
      put(at, digest, number);
      return true;
    },
    count(name) {
      const digest = digestOf(name);
      const at = slotOf(words, slots - 1, ...digest);
      const number = numberAt(at) + 1;
      if (words[at] === 0) put(at, digest, number);
      else words[at + DIGEST] = number;
      return number;
    },
    numberOf: (name) => numberAt(slotOf(words, slots - 1, ...digestOf(name))),
  };
}
