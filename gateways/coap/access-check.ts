import { repeat } from '../../core/repeat';
import type { SampledLog } from '../../core/sampled-log';
import type { DeviceId } from '../../schema/model/ids';
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

export interface AccessCheck {
  /** A session that has begun is looked at within a second. */
  onCome(session: SessionPeer): void;
  stop(): Promise<void>;
}

/**
 * Ends DTLS sessions of devices that were deleted or disabled, or whose key was replaced: those that the store names, at once or within a
 * second, and should that have been lost, all of them in portions spread over `everyMs`.
 */
export function startAccessCheck({ devices, sessions, everyMs, sampled }: AccessCheckDeps): AccessCheck {
  const ends = devices.lwm2mSessionEnds();
  let waiting: SessionPeer[] = [];
  let come: SessionPeer[] = [];
  let pauseMs = everyMs;

  async function check(portion: readonly SessionPeer[]): Promise<void> {
    for (const round of rounds(portion)) {
      const { notAllowed } = await devices.reviewConnected(round.map(({ owner }) => owner));
      const gone = new Set(notAllowed);
      for (const session of round) if (gone.has(session.owner.deviceId)) session.end();
    }
  }

  async function checkAll(those: readonly SessionPeer[]): Promise<void> {
    for (let begin = 0; begin < those.length; begin += CHUNK) await check(those.slice(begin, begin + CHUNK));
  }

  async function endNamed(): Promise<void> {
    const named = new Set(await ends.take());
    if (named.size > 0) await checkAll([...sessions()].filter(({ owner }) => named.has(owner.deviceId)));
  }

  /** A handshake may take a minute and more, and what it was begun with may be good no more at its end. */
  async function checkCome(): Promise<void> {
    const those = come;
    come = [];
    try {
      await checkAll(those);
    } catch (error) {
      come.push(...those);
      throw error;
    }
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
  const stops = [
    repeat(look, () => pauseMs, onFailure),
    repeat(endNamed, () => Math.min(everyMs, NAMED_EVERY_MS), onFailure),
    repeat(checkCome, () => Math.min(everyMs, NAMED_EVERY_MS), onFailure),
  ];
  const unlisten = devices.onSessionEnds(() => void endNamed().catch(onFailure));
  return {
    onCome: (session) => void come.push(session),
    async stop() {
      unlisten();
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

/** The review answers by device. Each is in a round once: another session of it may have been let in by another key. */
function rounds(sessions: readonly SessionPeer[]): SessionPeer[][] {
  const seen = new Map<DeviceId, number>();
  const made: SessionPeer[][] = [];
  for (const session of sessions) {
    const { deviceId } = session.owner;
    const nth = seen.get(deviceId) ?? 0;
    seen.set(deviceId, nth + 1);
    const round = made[nth] ?? [];
    made[nth] = round;
    round.push(session);
  }
  return made;
}
