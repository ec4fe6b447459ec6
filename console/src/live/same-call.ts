/** `crypto.randomUUID` is there in secure contexts only. */
const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

export interface SameCall {
  /** The idempotency key to send this content with. */
  keyFor(content: unknown): string;
  /** It is known what has become of the call: whatever comes next is another one. */
  ended(): void;
}

/**
 * Whoever sends the same content again after an answer that was lost sends the same call again: the platform does nothing twice, and answers
 * as it would have, secrets included. For forms, not for switches such as pause: somebody may have switched back meanwhile.
 */
export function createSameCall(): SameCall {
  let sent: { readonly content: string; readonly key: string } | null = null;
  return {
    keyFor(content) {
      const text = JSON.stringify(content);
      if (sent?.content !== text) sent = { content: text, key: newKey() };
      return sent.key;
    },
    ended() {
      sent = null;
    },
  };
}
