import type { Logger } from 'pino';
import type { DeviceLink } from '../core/ports';
import type { SampledLog } from '../core/sampled-log';
import type { Dialect } from '../schema/model/protocol/dialect';
import type { GatewayCore } from './core';
import type { DeviceQueues } from './device-queues';
import type { GatewayMetrics } from './metrics';

/** Where devices connect, and where a broker asks about them. */
export interface DeviceUrls {
  mqttUrl?: string;
  mqttsUrl?: string;
  mqttWsUrl?: string;
  hookUrl?: string;
  coapUrl?: string;
  coapsUrl?: string;
}

/** What brings messages of devices, and takes messages to devices: the embedded MQTT broker, a client of another one, or CoAP. */
export interface Transport<U extends DeviceUrls = DeviceUrls> {
  /** Whose messages it brings. */
  readonly dialects: readonly Dialect[];
  /** Where devices connect, if that is here. */
  start(): Promise<U>;
  /** Nothing comes in any more; the queues run out afterwards. */
  close(): Promise<void>;
  /** Its `gatewayId` is the process's where this process holds the connections. */
  readonly link: DeviceLink;
  /** Whether messages for devices leave now. */
  readonly connected: boolean;
  /** Called with each change of it, and at once. */
  onConnected(listener: (connected: boolean) => void): void;
  /** Whether this process is to take pushes; told with each change, and at once. */
  onPushes(listener: (pushes: boolean) => void): void;
}

/** What the transports of a gateway share. */
export interface GatewayParts {
  core: GatewayCore;
  /** Of this process. */
  gatewayId: string;
  queues: DeviceQueues;
  metrics: GatewayMetrics;
  sampled: SampledLog;
  logger: Logger;
  clock?: () => Date;
}

export type OpenTransport<U extends DeviceUrls = DeviceUrls> = (parts: GatewayParts) => Transport<U>;
