import { repeat } from '../../../core/repeat';
import type { SampledLog } from '../../../core/sampled-log';
import type { DeviceId } from '../../../schema/model/ids';
import type { GatewayCore } from '../../core';
import type { GatewayMetrics } from '../../metrics';
import { MQTT_LIMITS } from '../limits';
import type { Presence } from './presence';
import type { Session, Sessions } from './session';

export interface SessionCheck {
  stop(): Promise<void>;
}

const CHUNK = 500;
/** A process that did nothing for so long may have been taken for dead, with all its devices. */
const STOOD_STILL_MS = 5_000;

/**
 * Whoever was deleted or disabled, or let in by what was changed, could not connect again, but would stay connected. No process has to tell
 * another one: the store is asked for those of this gateway every second, and at once in the process where it happens. Should that have been
 * lost, all sessions are looked up once in `everyMs`, in portions spread over it.
 * Devices that count as off-line all the same are told of once more: a gateway that was slow may have been taken for dead. One that stood
 * still looks at all of them at once.
 */
export function startSessionCheck(deps: {
  devices: Pick<GatewayCore['devices'], 'reviewConnected' | 'disabledOn' | 'sessionEndsAt' | 'onSessionEnds'>;
  presence: Pick<Presence, 'forgotten'>;
  gatewayId: string;
  sessions: Sessions;
  everyMs: number;
  metrics: GatewayMetrics;
  sampled: SampledLog;
}): SessionCheck {
  const { devices, presence, gatewayId, sessions, everyMs, metrics, sampled } = deps;
  let waiting: Session[] = [];
  let pauseMs = everyMs;
  let stirredAt = performance.now();

  function end(session: Session | undefined): void {
    if (session === undefined || session.client.closed) return;
    metrics.closed.not_allowed.inc();
    session.client.close();
  }

  async function check(portion: readonly Session[]): Promise<void> {
    const { notAllowed, offline } = await devices.reviewConnected(portion);
    for (const session of those(portion, notAllowed)) end(session);
    for (const session of those(portion, offline)) presence.forgotten(session);
  }

  async function stir(): Promise<void> {
    const stoodStill = performance.now() - stirredAt > STOOD_STILL_MS;
    if (stoodStill) {
      const all = [...sessions.all()];
      while (all.length > 0) await check(all.splice(-CHUNK));
    }
    await endDisabled();
    stirredAt = performance.now();
  }

  async function endDisabled(): Promise<void> {
    for (const deviceId of await devices.disabledOn(gatewayId)) end(sessions.of(deviceId));
  }

  async function endNamed(): Promise<void> {
    const named = (await devices.sessionEndsAt(gatewayId)).flatMap((deviceId) => sessions.of(deviceId) ?? []);
    for (let begin = 0; begin < named.length; begin += CHUNK) await check(named.slice(begin, begin + CHUNK));
  }

  async function look(): Promise<void> {
    if (waiting.length === 0) {
      waiting = [...sessions.all()];
      pauseMs = everyMs / Math.max(1, Math.ceil(waiting.length / CHUNK));
    }
    const portion = waiting.splice(-CHUNK);
    if (portion.length > 0) await check(portion);
  }

  const onFailure = (error: unknown) =>
    sampled.warn('session check', { err: error }, 'Sessions could not be compared with the registered devices; they are later');
  const oftenMs = Math.min(everyMs, MQTT_LIMITS.disabledCheckMs);
  const stops = [
    repeat(look, () => pauseMs, onFailure),
    repeat(endNamed, () => oftenMs, onFailure),
    repeat(stir, () => oftenMs, onFailure),
  ];
  const unlisten = devices.onSessionEnds(() => void endNamed().catch(onFailure));
  return {
    async stop() {
      unlisten();
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

const those = (portion: readonly Session[], ids: readonly DeviceId[]): Session[] => {
  const wanted = new Set(ids);
  return portion.filter(({ deviceId }) => wanted.has(deviceId));
};
