import type { Logger } from 'pino';
import type { DeviceLink } from '../../core/ports';
import type { SampledLog } from '../../core/sampled-log';
import type { AccountOf } from '../accounts';
import type { GatewayCore } from '../core';
import type { DeviceQueues } from '../device-queues';
import type { GatewayMetrics } from '../metrics';
import type { MqttDialect } from './dialect';
import type { MqttQuotas } from './quotas';

export interface DeviceUrls {
  mqttUrl?: string;
  mqttsUrl?: string;
  mqttWsUrl?: string;
}

/** What brings messages of devices to their dialects, and takes messages to devices: the embedded broker, or a client of another one. */
export interface Transport<U extends DeviceUrls = DeviceUrls> {
  /** Where devices connect, if that is here. */
  start(): Promise<U>;
  /** Nothing comes in any more; the queues run out afterwards. */
  close(): Promise<void>;
  /** After the queues have run out. */
  ended(): Promise<void>;
  readonly link: DeviceLink;
  /** Whether messages for devices leave now. */
  readonly connected: boolean;
  /** Called with each change of it, and at once. */
  onConnected(listener: (connected: boolean) => void): void;
  /** Whether this process is to take pushes; told with each change, and at once. */
  onPushes(listener: (pushes: boolean) => void): void;
}

export interface TransportParts {
  devices: GatewayCore['devices'];
  dialects: readonly MqttDialect[];
  gatewayId: string;
  queues: DeviceQueues;
  quotas: MqttQuotas;
  metrics: GatewayMetrics;
  sampled: SampledLog;
  /** What devices have taken of their quotas. */
  accountOf: AccountOf;
  logger: Logger;
}
