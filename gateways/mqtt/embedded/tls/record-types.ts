/** What the TLS in front says last in a handshake, and only if it has gone well: from here on in cipher (RFC 5246 §7.1). */
export const CHANGE_CIPHER_SPEC = 20;
export const RECORD_HEADER = 5;

/** Follows the records of one direction of TLS and says of which types those are whose header ends in the chunk. */
export function createRecordTypes(): (chunk: Buffer) => number[] {
  const header: number[] = [];
  let left = 0;

  return (chunk) => {
    const types: number[] = [];
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const step = Math.min(left, chunk.length - at);
        left -= step;
        at += step;
        continue;
      }
      header.push(chunk[at++] ?? 0);
      if (header.length < RECORD_HEADER) continue;
      const [type = 0, , , high = 0, low = 0] = header.splice(0);
      types.push(type);
      left = (high << 8) | low;
    }
    return types;
  };
}
