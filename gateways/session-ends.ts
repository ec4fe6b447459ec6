import { repeat } from '../core/repeat';
import type { SampledLog } from '../core/sampled-log';
import type { DeviceId } from '../schema/model/ids';
import type { GatewayCore } from './core';

type Listener = (named: readonly DeviceId[]) => Promise<void>;

/** Devices whose sessions in this process have to be looked at now, because what let them in has changed. The store gives each once. */
export interface SessionEnds {
  /** What comes back ends it. */
  listen(listener: Listener): () => void;
  start(): void;
  stop(): Promise<void>;
}

/** A change in another process is known within about so long; one in this process at once. */
const EVERY_MS = 1_000;

export function createSessionEnds(deps: {
  devices: Pick<GatewayCore['devices'], 'sessionEndsAt' | 'onSessionEnds'>;
  gatewayId: string;
  sampled: SampledLog;
}): SessionEnds {
  const { devices, gatewayId, sampled } = deps;
  const listeners = new Set<Listener>();
  let stopAll: () => Promise<void> = async () => undefined;

  async function look(): Promise<void> {
    const named = await devices.sessionEndsAt(gatewayId);
    if (named.length > 0) await Promise.all([...listeners].map((listener) => listener(named)));
  }

  const onFailure = (error: unknown) =>
    sampled.warn('session ends', { err: error }, 'Sessions whose devices have changed could not be looked at; they are later');

  return {
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    start() {
      const stop = repeat(look, () => EVERY_MS, onFailure);
      const unlisten = devices.onSessionEnds(() => void look().catch(onFailure));
      stopAll = async () => {
        unlisten();
        await stop();
      };
    },
    stop: () => stopAll(),
  };
}
