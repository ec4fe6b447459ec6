import type { Aedes } from 'aedes';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { DeviceLink } from '../../core/ports';
import type { GatewayCore } from '../core';
import { createDeviceLanes, LANE_SETTINGS, type LaneSettings } from '../device-lanes';
import { createGatewayMetrics, type GatewayMetrics } from '../metrics';
import { createSampledLog } from '../sampled-log';
import { createAdmission } from './broker/admission';
import { createAuthenticate } from './broker/authenticate';
import { createDeviceBroker } from './broker/broker';
import { createDeliver } from './broker/delivery';
import { MQTT_LIMITS } from './broker/limits';
import { type Listeners, type ListenSettings, type MqttUrls, openListeners } from './broker/listeners';
import { createPresence } from './broker/presence';
import { MQTT_QUOTAS, type MqttQuotas } from './broker/quotas';
import { createSessions } from './broker/session';
import { type SessionCheck, startSessionCheck } from './broker/session-check';
import { createIotdaDialect } from './iotda/dialect';
import { createLinkDialect } from './link/dialect';

export interface MqttGatewayDeps {
  core: GatewayCore;
  gatewayId: string;
  settings: Omit<ListenSettings, 'connections'> & {
    quotas?: Partial<MqttQuotas>;
    lanes?: Partial<LaneSettings>;
    /** For work that is left when the gateway stops. */
    stopWithinMs?: number;
    /** Hours that an IoTDA device's clock may be off where it asks for the check. Default 1. */
    iotdaHourTolerance?: number;
  };
  logger: Logger;
  registry?: Registry;
  clock?: () => Date;
}

export interface MqttGateway {
  start(): Promise<MqttUrls>;
  /** Ends within `stopWithinMs` (5 s) and a few seconds, whatever core does. */
  stop(): Promise<void>;
  readonly link: DeviceLink;
  readonly metrics: GatewayMetrics;
}

/** The MQTT door for devices, on a broker of its own inside this process. */
export async function createMqttGateway({ core, gatewayId, settings, logger, registry, clock }: MqttGatewayDeps): Promise<MqttGateway> {
  const metrics = createGatewayMetrics(registry);
  const lanes = await createDeviceLanes({ metrics, settings: { ...LANE_SETTINGS, ...settings.lanes } });
  const quotas = { ...MQTT_QUOTAS, ...settings.quotas };
  const sampled = createSampledLog(logger);
  const presence = createPresence({ devices: core.devices, gatewayId, lanes, sampled });
  const deliver = createDeliver(metrics, quotas);
  const parts = { ...core, lanes, deliver, metrics, quotas, sampled };
  const dialects = [createLinkDialect(parts), createIotdaDialect({ ...parts, hourTolerance: settings.iotdaHourTolerance ?? 1, clock })];
  let stopping = false;

  const sessions = createSessions({
    begin(session) {
      metrics.sessions.inc();
      presence.began(session);
    },
    end(session) {
      metrics.sessions.dec();
      /** On the way down one reset says it for all of them. */
      if (!stopping) presence.ended(session);
    },
  });

  let broker: Aedes | null = null;
  let listeners: Listeners | null = null;
  let check: SessionCheck | null = null;

  const link: DeviceLink = {
    gatewayId,
    isConnected: (deviceId) => sessions.of(deviceId)?.client.closed === false,
    async notify(notification) {
      const session = sessions.of(notification.deviceId);
      return session !== undefined && deliver(session, session.dialect.upgradeMessage(session, notification));
    },
    async queryVersion(deviceId) {
      const session = sessions.of(deviceId);
      const message = session?.dialect.queryMessage?.(session);
      return session !== undefined && message !== undefined && deliver(session, message);
    },
  };

  return {
    link,
    metrics,

    async start() {
      await core.devices.gatewayReset(gatewayId);
      const authenticate = createAuthenticate({ devices: core.devices, dialects, metrics, sampled });
      const { authentications: concurrent, connectsWaiting: waiting, connections } = quotas;
      const admit = createAdmission({ concurrent, waiting, waitMs: MQTT_LIMITS.authenticateTimeoutMs });
      const opened = await createDeviceBroker({ authenticate, admit, quotas, sessions, metrics, logger });
      broker = opened;
      listeners = await openListeners({ ...settings, connections }, metrics, (connection) => opened.handle(connection));
      check = startSessionCheck({ devices: core.devices, gatewayId, sessions, everyMs: quotas.sessionCheckMs, metrics, sampled });
      logger.info({ gatewayId, ...listeners.urls }, 'Devices can connect');
      return listeners.urls;
    },

    async stop() {
      if (stopping) return;
      stopping = true;
      const running = broker;
      const stopWithinMs = settings.stopWithinMs ?? 5_000;
      await listeners?.close();
      await check?.stop();
      if (running !== null) await new Promise<void>((resolve) => running.close(() => resolve()));
      await lanes.stop(stopWithinMs);
      if (listeners !== null) await resetWithin(stopWithinMs);
    },
  };

  /** What this does not manage, the next start does. */
  async function resetWithin(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    const reset = core.devices.gatewayReset(gatewayId).catch((error: unknown) => {
      logger.warn({ err: error }, 'Devices could not be marked off-line while stopping');
    });
    await Promise.race([reset, late]);
    clearTimeout(timer);
  }
}
