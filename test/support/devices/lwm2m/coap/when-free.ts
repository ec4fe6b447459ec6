import { setTimeout as delay } from 'node:timers/promises';
import type { ParsedPacket } from 'coap-packet';
import { uintOf } from './coap-options';

const MOST_TRIES = 10;
/** Without Max-Age (RFC 7252 §5.10.5). */
const USUAL_SECONDS = 60;

/**
 * What a request is answered, other than 5.03: upon that it is sent again when Max-Age has passed (RFC 7252 §5.9.3.4), not all clients at
 * the same moment. After ten times it is 5.03. Rejects with what the request rejects with, and when it is aborted.
 */
export async function whenFree(ask: () => Promise<ParsedPacket>, signal: AbortSignal): Promise<ParsedPacket> {
  for (let tries = 1; ; tries += 1) {
    const response = await ask();
    if (response.code !== '5.03' || tries === MOST_TRIES) return response;
    const seconds = uintOf(response, 'Max-Age') ?? USUAL_SECONDS;
    await delay(seconds * 1_000 * (1 + Math.random() / 4), undefined, { signal, ref: false });
  }
}
