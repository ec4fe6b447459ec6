import { untilDeadline } from '../../until-deadline';

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 256 * 1024;

/** A JSON object of an identity provider, without redirects, and over TLS unless it is on this machine. */
export async function getJson(address: string): Promise<Record<string, unknown>> {
  if (!isSafe(address)) throw new Error(`${address} is neither https nor on this machine.`);
  const response = await wholeAnswer(address, { headers: { accept: 'application/json' }, redirect: 'error' });
  if (!response.ok) throw new Error(`${address} was answered with ${response.status}.`);
  const value: unknown = await response.json();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${address} was answered with no JSON object.`);
  return value as Record<string, unknown>;
}

/** `fetch` of an identity provider: the answer has come to its end, within 5 seconds and with at most 256 KiB. */
export const wholeAnswer = (address: string, init: RequestInit): Promise<Response> =>
  untilDeadline(TIMEOUT_MS, async (signal) => {
    const response = await fetch(address, { ...init, signal });
    const body = await bodyOf(response, address, signal);
    const { status, statusText, headers } = response;
    return new Response(body.length === 0 ? null : new Uint8Array(body), { status, statusText, headers });
  });

async function bodyOf({ body }: Response, address: string, signal: AbortSignal): Promise<Buffer> {
  const reader = body?.getReader();
  const close = (): void => void reader?.cancel().catch(() => undefined);
  signal.addEventListener('abort', close, { once: true });
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { value: piece } = (await reader?.read()) ?? {};
    if (!piece) return Buffer.concat(pieces);
    bytes += piece.length;
    pieces.push(piece);
    if (bytes <= MOST_BYTES) continue;
    close();
    throw new Error(`${address} was answered with more than ${MOST_BYTES} bytes.`);
  }
}

/** What is sent to it, and comes from it, nobody in between can read or change. */
export function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}
