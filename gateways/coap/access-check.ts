import { repeat } from '../../core/repeat';
import type { SampledLog } from '../../core/sampled-log';
import type { CoapCore } from './core';
import type { SessionPeer } from './session-peer';

interface AccessCheckDeps {
  devices: Pick<CoapCore['devices'], 'reviewConnected' | 'lwm2mSessionEnds' | 'onSessionEnds'>;
  /** Those that are there now. */
  sessions(): Iterable<SessionPeer>;
  /** All sessions are looked at once in so long. */
  everyMs: number;
  sampled: SampledLog;
}

const CHUNK = 500;
/** A change in another process is known within about so long; one in this process at once. */
const NAMED_EVERY_MS = 1_000;

/**
 * Ends DTLS sessions of devices that were deleted or disabled, or whose key was replaced: those that the store names, at once or within a
 * second, and should that have been lost, all of them in portions spread over `everyMs`.
 */
export function startAccessCheck({ devices, sessions, everyMs, sampled }: AccessCheckDeps): { stop(): Promise<void> } {
  const ends = devices.lwm2mSessionEnds();
  let waiting: SessionPeer[] = [];
  let pauseMs = everyMs;

  async function check(portion: readonly SessionPeer[]): Promise<void> {
    const { notAllowed } = await devices.reviewConnected(portion.map(({ owner }) => owner));
    const gone = new Set(notAllowed);
    for (const session of portion) if (gone.has(session.owner.deviceId)) session.end();
  }

  async function endNamed(): Promise<void> {
    const named = new Set(await ends.take());
    if (named.size === 0) return;
    const those = [...sessions()].filter(({ owner }) => named.has(owner.deviceId));
    for (let begin = 0; begin < those.length; begin += CHUNK) await check(those.slice(begin, begin + CHUNK));
  }

  async function look(): Promise<void> {
    if (waiting.length === 0) {
      waiting = [...sessions()];
      pauseMs = everyMs / Math.max(1, Math.ceil(waiting.length / CHUNK));
    }
    const portion = waiting.splice(-CHUNK);
    if (portion.length > 0) await check(portion);
  }

  const onFailure = (error: unknown) =>
    sampled.warn('coap access check', { err: error }, 'DTLS sessions could not be compared with the registered devices; they are later');
  const stops = [repeat(look, () => pauseMs, onFailure), repeat(endNamed, () => Math.min(everyMs, NAMED_EVERY_MS), onFailure)];
  const unlisten = devices.onSessionEnds(() => void endNamed().catch(onFailure));
  return {
    async stop() {
      unlisten();
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
