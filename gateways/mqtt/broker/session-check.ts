import type { GatewayCore } from '../../core';
import type { GatewayMetrics } from '../../metrics';
import type { SampledLog } from '../../sampled-log';
import type { Session, Sessions } from './session';

export interface SessionCheck {
  stop(): Promise<void>;
}

const CHUNK = 500;

/**
 * Whoever was deleted or disabled could not connect again, but would stay connected. All sessions are looked up once in `everyMs`,
 * in portions spread over it: no process has to tell another one.
 */
export function startSessionCheck(deps: {
  devices: Pick<GatewayCore['devices'], 'notAllowed'>;
  sessions: Sessions;
  everyMs: number;
  metrics: GatewayMetrics;
  sampled: SampledLog;
}): SessionCheck {
  const { devices, sessions, everyMs, metrics, sampled } = deps;
  let waiting: Session[] = [];
  let pauseMs = everyMs;
  let timer: NodeJS.Timeout;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  async function check(portion: readonly Session[]): Promise<void> {
    const refused = new Set(await devices.notAllowed(portion.map(({ deviceId }) => deviceId)));
    for (const session of portion) {
      if (!refused.has(session.deviceId) || session.client.closed) continue;
      metrics.closed.not_allowed.inc();
      session.client.close();
    }
  }

  async function look(): Promise<void> {
    if (waiting.length === 0) {
      waiting = [...sessions.all()];
      pauseMs = everyMs / Math.max(1, Math.ceil(waiting.length / CHUNK));
    }
    const portion = waiting.splice(-CHUNK);
    try {
      if (portion.length > 0) await check(portion);
    } catch (error) {
      sampled.warn('session check', { err: error }, 'Sessions could not be compared with the registered devices; they are later');
    }
  }

  function plan(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      running = look().then(plan);
    }, pauseMs).unref();
  }

  plan();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
