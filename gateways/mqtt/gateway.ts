import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { DeviceLink } from '../../core/ports';
import { createSampledLog } from '../../core/sampled-log';
import type { Dialect } from '../../schema/model/protocol/dialect';
import { createAccounts } from '../accounts';
import type { GatewayCore } from '../core';
import { createDeviceLanes, LANE_SETTINGS, type LaneSettings } from '../device-lanes';
import { createGatewayMetrics, type GatewayMetrics } from '../metrics';
import { createEmbeddedCarrier } from './broker/carrier';
import type { ListenSettings, MqttUrls } from './broker/listeners';
import { MQTT_QUOTAS, type MqttQuotas } from './broker/quotas';
import type { Carrier, CarrierParts, DeviceUrls } from './carrier';
import type { MqttDialect } from './dialect';
import { createIotdaDialect } from './iotda/dialect';
import { createLinkDialect } from './link/dialect';

export interface CommonSettings {
  quotas?: Partial<MqttQuotas>;
  lanes?: Partial<LaneSettings>;
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

export interface MqttGateway<U extends DeviceUrls = MqttUrls> extends Pick<Carrier, 'onCarries' | 'onPushes'> {
  start(): Promise<U>;
  /** Ends within `stopWithinMs` (5 s) and a few seconds, whatever core does. */
  stop(): Promise<void>;
  readonly carries: boolean;
  readonly link: DeviceLink;
  readonly metrics: GatewayMetrics;
}

const STOP_WITHIN_MS = 5_000;
/** Of devices behind gateways, and of those that have just gone. */
const ACCOUNTS_BESIDE = 50_000;

/** The MQTT door for devices, on a broker of its own inside this process. */
export function createMqttGateway(deps: MqttGatewayDeps): Promise<MqttGateway> {
  const { settings } = deps;
  return createGatewayOver(deps, (parts) => createEmbeddedCarrier(parts, settings, settings.stopWithinMs ?? STOP_WITHIN_MS));
}

/** All dialects over whatever carries their messages. */
export async function createGatewayOver<S, U extends DeviceUrls>(
  { core, gatewayId, settings, logger, registry, clock }: GatewayDeps<S>,
  carrierOf: (parts: CarrierParts) => Carrier<U>,
): Promise<MqttGateway<U>> {
  const metrics = createGatewayMetrics(registry);
  const lanes = await createDeviceLanes({ metrics, settings: { ...LANE_SETTINGS, ...settings.lanes } });
  const quotas = { ...MQTT_QUOTAS, ...settings.quotas };
  const sampled = createSampledLog(logger);
  const accountOf = createAccounts(quotas.connections + ACCOUNTS_BESIDE);
  const parts = { ...core, lanes, metrics, quotas, sampled, accountOf };
  const spoken: Record<Dialect, MqttDialect> = {
    LINK: createLinkDialect(parts),
    IOTDA: createIotdaDialect({ ...parts, hourTolerance: settings.iotdaHourTolerance ?? 1, clock }),
  };
  const dialects = Object.values(spoken);
  const carrier = carrierOf({ devices: core.devices, dialects, gatewayId, lanes, quotas, metrics, sampled, accountOf, logger });
  let stopping = false;
  return {
    link: carrier.link,
    metrics,
    start: () => carrier.start(),
    get carries() {
      return carrier.carries;
    },
    onCarries: (listener) => carrier.onCarries(listener),
    onPushes: (listener) => carrier.onPushes(listener),
    async stop() {
      if (stopping) return;
      stopping = true;
      await carrier.close();
      await lanes.stop(settings.stopWithinMs ?? STOP_WITHIN_MS);
      await carrier.ended();
    },
  };
}
