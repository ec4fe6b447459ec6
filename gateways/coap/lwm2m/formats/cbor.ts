import { decode } from 'cbor2/decoder';
import type { Unreadable } from './decoded';

/**
 * The library throws at depth, at more than one item and at a length past the end, and allocates nothing by what a length claims. Tags
 * stay as they are: its own readers of them make dates, regular expressions and more of what a device sends. An array counts twice.
 */
const OPTIONS = { maxDepth: 8, preferMap: true, rejectDuplicateKeys: true, ignoreGlobalTags: true } as const;

/** Reads one item of CBOR (RFC 8949): maps are Maps, byte strings are Uint8Arrays. Never throws. */
export function readCbor(payload: Buffer): { value: unknown } | { unreadable: Unreadable } {
  try {
    return { value: decode(payload, OPTIONS) };
  } catch (error) {
    return { unreadable: unreadableBy(error) };
  }
}

function unreadableBy(error: unknown): Unreadable {
  const message = error instanceof Error ? error.message : '';
  if (message.startsWith('Maximum depth')) return 'too_deep';
  if (message.startsWith('Duplicate key')) return 'duplicate';
  return error instanceof RangeError || message.startsWith('Unexpected end') ? 'truncated' : 'syntax';
}
