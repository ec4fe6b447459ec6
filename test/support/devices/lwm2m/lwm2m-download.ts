import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type PulledFile, pull } from './coap/block-pull';
import { CoapEndpoint, CoapReset, CoapTimeout } from './coap/coap-endpoint';
import { textOptions } from './coap/coap-options';
import { whenFree } from './coap/when-free';
import type { Habits } from './habits';
import { pullOverHttp } from './http-pull';
import { NoSession, type Security } from './line/dtls-line';
import { lineTo } from './line/line-to';

export interface DownloadParts {
  habits: Pick<Habits, 'szx' | 'ackTimeoutMs' | 'otherEtag'>;
  security: Security | null;
  /** Times in a row without a new byte after which it gives up. Default 5. */
  retries?: number;
  /** Default 1,000. */
  retryMs?: number;
  onBlock(file: PulledFile): Promise<void> | void;
  /** The port that it pulls from, each time that it is another one. */
  onPort?(port: number): void;
}

/** It can't go on: no contact, however often it tried. */
export class DownloadLost extends Error {}

/**
 * Pulls the file of a URI as real clients do: from another port than that of the registration, by another session, and after a loss of
 * contact from a new one again, where it was (device-protocols §3.6). Rejects with PullRefused, FileChanged, DownloadLost or what aborted it.
 */
export async function download(uri: string, file: PulledFile, parts: DownloadParts, signal: AbortSignal): Promise<void> {
  const { retries = 5, retryMs = 1_000 } = parts;
  for (let losses = 0; !file.complete; ) {
    const before = file.length;
    try {
      if (/^https?:/.test(uri)) await pullOverHttp(uri, file, parts.onBlock, signal);
      else await pullOverCoap(uri, file, parts, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isLoss(error)) throw error;
      losses = file.length > before ? 1 : losses + 1;
      if (losses > retries) throw new DownloadLost(`no contact, ${losses} times at byte ${file.length}`, { cause: error });
      await delay(retryMs, undefined, { signal });
    }
  }
}

/** No answer, no session, no connection. */
const isLoss = (error: unknown): boolean =>
  error instanceof CoapTimeout || error instanceof CoapReset || error instanceof NoSession || error instanceof TypeError;

async function pullOverCoap(uri: string, file: PulledFile, parts: DownloadParts, signal: AbortSignal): Promise<void> {
  const { habits, security, onPort, onBlock } = parts;
  const line = lineTo(uri, security, (message) => endpoint.receive(message));
  const endpoint = new CoapEndpoint(habits, { send: (datagram) => line.send(datagram), onRequest: () => ({ code: '4.04' }) });
  const onAbort = (): void => endpoint.forget();
  signal.throwIfAborted();
  signal.addEventListener('abort', onAbort, { once: true });
  const { hostname, pathname } = new URL(uri);
  const host = hostname.replace(/^\[|\]$/g, '');
  const path = pathname.slice(1).split('/').map(decodeURIComponent);
  // The address goes without saying (RFC 7252 §6.4).
  const address = [...textOptions('Uri-Host', isIP(host) ? [] : [host]), ...textOptions('Uri-Path', path)];
  try {
    await line.open();
    onPort?.(line.port);
    const ask = (options: typeof address) => {
      signal.throwIfAborted();
      return whenFree(() => endpoint.request({ method: 'GET', options: [...address, ...options] }), signal);
    };
    await pull(file, { ask, onBlock, otherEtag: habits.otherEtag }, file.length === 0 ? (habits.szx ?? undefined) : undefined);
  } finally {
    signal.removeEventListener('abort', onAbort);
    endpoint.forget();
    line.close();
  }
}
