import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { DeviceLink } from '../../core/ports';
import { createSampledLog } from '../../core/sampled-log';
import type { DialectOver } from '../../schema/model/protocol/dialect';
import { createAccounts } from '../accounts';
import type { GatewayCore } from '../core';
import { createDeviceQueues, QUEUE_SETTINGS, type QueueSettings } from '../device-queues';
import { createGatewayMetrics, type GatewayMetrics } from '../metrics';
import type { MqttDialect } from './dialect';
import type { ListenSettings, MqttUrls } from './embedded/listeners';
import { createEmbeddedTransport } from './embedded/transport';
import { createIotdaDialect } from './iotda/dialect';
import { createLinkDialect } from './link/dialect';
import { MQTT_QUOTAS, type MqttQuotas } from './quotas';
import type { DeviceUrls, Transport, TransportParts } from './transport';

export interface CommonSettings {
  quotas?: Partial<MqttQuotas>;
  queues?: Partial<QueueSettings>;
  /** For work that is left when the gateway stops. */
  stopWithinMs?: number;
  /** Hours that an IoTDA device's clock may be off where it asks for the check. Default 1. */
  iotdaHourTolerance?: number;
}

export interface GatewayDeps<S> {
  core: GatewayCore;
  gatewayId: string;
  settings: S & CommonSettings;
  logger: Logger;
  registry?: Registry;
  clock?: () => Date;
}

export type MqttGatewayDeps = GatewayDeps<Omit<ListenSettings, 'connections' | 'strangers'>>;

export interface MqttGateway<U extends DeviceUrls = MqttUrls> extends Pick<Transport, 'onConnected' | 'onPushes'> {
  start(): Promise<U>;
  /** Ends within `stopWithinMs` (5 s) and a few seconds, whatever core does. */
  stop(): Promise<void>;
  readonly connected: boolean;
  readonly link: DeviceLink;
  readonly metrics: GatewayMetrics;
}

const STOP_WITHIN_MS = 5_000;
/** Of children, and of those that have just gone. */
const ACCOUNTS_BESIDE = 50_000;

/** MQTT for devices, on a broker of its own inside this process. */
export function createMqttGateway(deps: MqttGatewayDeps): Promise<MqttGateway> {
  const { settings } = deps;
  return createGatewayOver(deps, (parts) => createEmbeddedTransport(parts, settings, settings.stopWithinMs ?? STOP_WITHIN_MS));
}

/** All dialects over a transport. */
export async function createGatewayOver<S, U extends DeviceUrls>(
  { core, gatewayId, settings, logger, registry, clock }: GatewayDeps<S>,
  transportOf: (parts: TransportParts) => Transport<U>,
): Promise<MqttGateway<U>> {
  const metrics = createGatewayMetrics(registry);
  const queues = await createDeviceQueues({ metrics, settings: { ...QUEUE_SETTINGS, ...settings.queues } });
  const quotas = { ...MQTT_QUOTAS, ...settings.quotas };
  const sampled = createSampledLog(logger);
  const accountOf = createAccounts(quotas.connections + ACCOUNTS_BESIDE);
  const parts = { ...core, queues, metrics, quotas, sampled, accountOf };
  const spoken: Record<DialectOver<'MQTT'>, MqttDialect> = {
    LINK: createLinkDialect(parts),
    IOTDA: createIotdaDialect({ ...parts, hourTolerance: settings.iotdaHourTolerance ?? 1, clock }),
  };
  const dialects = Object.values(spoken);
  const transport = transportOf({ devices: core.devices, dialects, gatewayId, queues, quotas, metrics, sampled, accountOf, logger });
  let stopping = false;
  return {
    link: transport.link,
    metrics,
    start: () => transport.start(),
    get connected() {
      return transport.connected;
    },
    onConnected: (listener) => transport.onConnected(listener),
    onPushes: (listener) => transport.onPushes(listener),
    async stop() {
      if (stopping) return;
      stopping = true;
      await transport.close();
      await queues.stop(settings.stopWithinMs ?? STOP_WITHIN_MS);
      await transport.ended();
    },
  };
}
