import { createHmac, hkdfSync } from 'node:crypto';

/** Digests of what is too short to be hashed alone: whoever reads the store cannot try values without a master key. */
export interface KeyedDigests {
  /** Under the newest master key. */
  of(text: string): string;
  /** Under each of them, while a master key is being changed. */
  all(text: string): string[];
}

/** With a purpose of its own, digests of one kind say nothing about another. */
export function createKeyedDigests(masterKeys: readonly Uint8Array[], purpose: string): KeyedDigests {
  const keys = masterKeys.map((key) => Buffer.from(hkdfSync('sha256', key, '', purpose, 32)));
  const [current] = keys;
  if (!current) throw new Error('There is no master key.');
  const digest = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('base64url');
  return { of: (text) => digest(current, text), all: (text) => keys.map((key) => digest(key, text)) };
}
