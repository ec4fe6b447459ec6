import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { DeviceLink } from '../core/ports';
import { createSampledLog } from '../core/sampled-log';
import { withTimeout } from '../core/with-timeout';
import type { GatewayCore } from './core';
import { linkOver } from './device-link';
import { createDeviceQueues, QUEUE_SETTINGS, type QueueSettings } from './device-queues';
import { createGatewayMetrics, type GatewayMetrics } from './metrics';
import type { DeviceUrls, OpenTransport, Transport } from './transport';

export interface GatewayDeps {
  core: GatewayCore;
  /** Of this process. */
  gatewayId: string;
  logger: Logger;
  registry?: Registry;
  clock?: () => Date;
  queues?: Partial<QueueSettings>;
  /** For work that is left when the gateway stops. */
  stopWithinMs?: number;
}

/** What takes the pushes of one task queue. */
export interface Pusher extends Pick<Transport, 'onPushes'> {
  readonly link: DeviceLink;
}

export interface Gateway<U extends DeviceUrls = DeviceUrls> {
  /** Throws what the operating system says when a port is taken, and then leaves none open. */
  start(): Promise<U>;
  /** Ends within `stopWithinMs` (5 s) and a few seconds, whatever core does. */
  stop(): Promise<void>;
  /** Whether messages for all devices leave now. */
  readonly connected: boolean;
  /** One for each gateway id that its transports push for: the process's, and that of a broker. */
  readonly pushers: readonly Pusher[];
  readonly metrics: GatewayMetrics;
}

const STOP_WITHIN_MS = 5_000;

/** What devices of all dialects come in by, one or more transports, and what these share: metrics, a queue for each device, one link. */
export async function createGateway<U extends DeviceUrls>(
  { core, gatewayId, logger, registry, clock, queues: queueSettings, stopWithinMs = STOP_WITHIN_MS }: GatewayDeps,
  open: readonly OpenTransport<U>[],
): Promise<Gateway<U>> {
  const metrics = createGatewayMetrics(registry);
  const queues = await createDeviceQueues({ metrics, settings: { ...QUEUE_SETTINGS, ...queueSettings } });
  const parts = { core, gatewayId, queues, metrics, sampled: createSampledLog(logger), logger, clock };
  const transports = open.map((transport) => transport(parts));
  /** Whether this process holds connections, which are gone when it starts and when it has stopped. */
  const holdsConnections = transports.some(({ link }) => link.gatewayId === gatewayId);
  let started = false;
  let stopping = false;

  /** What this does not manage in its time, the next start does. */
  async function reset(): Promise<void> {
    const done = core.devices.gatewayReset(gatewayId).catch((error: unknown) => {
      logger.warn({ err: error }, 'Devices could not be marked off-line while stopping');
    });
    await withTimeout(done, stopWithinMs, 'The reset took too long').catch(() => undefined);
  }

  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    await Promise.all(transports.map((transport) => transport.close()));
    await queues.stop(stopWithinMs);
    if (holdsConnections && started) await reset();
  }

  return {
    metrics,
    pushers: pushersOf(transports),
    get connected() {
      return transports.every(({ connected }) => connected);
    },
    async start() {
      if (holdsConnections) await core.devices.gatewayReset(gatewayId);
      const urls: U[] = [];
      try {
        for (const transport of transports) urls.push(await transport.start());
      } catch (error) {
        await stop();
        throw error;
      }
      started = true;
      return Object.assign({}, ...urls) as U;
    },
    stop,
  };
}

/** Transports of one gateway id take its pushes together; they push whenever the first of them does. */
function pushersOf(transports: readonly Transport[]): Pusher[] {
  const ids = [...new Set(transports.map(({ link }) => link.gatewayId))];
  return ids.flatMap((id) => {
    const own = transports.filter(({ link }) => link.gatewayId === id);
    const [first] = own;
    return first ? [{ link: linkOver(id, own), onPushes: (listener) => first.onPushes(listener) } satisfies Pusher] : [];
  });
}
