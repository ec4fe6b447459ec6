const TIMEOUT_MS = 5_000;
const MOST_BYTES = 256 * 1024;

/** A JSON object of an identity provider: within 5 seconds, at most 256 KiB, without redirects, and over TLS unless it is on this machine. */
export async function getJson(address: string): Promise<Record<string, unknown>> {
  if (!isSafe(address)) throw new Error(`${address} is neither https nor on this machine.`);
  const response = await fetch(address, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`${address} was answered with ${response.status}.`);
  }
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new Error(`${address} was answered with more than ${MOST_BYTES} bytes.`);
    pieces.push(piece);
  }
  const value: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${address} was answered with no JSON object.`);
  return value as Record<string, unknown>;
}

/** What is sent to it, and comes from it, nobody in between can read or change. */
export function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}
