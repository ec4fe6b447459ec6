import { type AccountOf, createAccounts } from '../../core/accounts';
import type { DialectOver } from '../../schema/model/protocol/dialect';
import type { GatewayCore } from '../core';
import type { GatewayParts } from '../transport';
import type { MqttDialect } from './dialect';
import { createIotdaDialect } from './iotda/dialect';
import { createLinkDialect } from './link/dialect';
import { MQTT_QUOTAS, type MqttQuotas } from './quotas';

/** Whichever broker devices connect to. */
export interface MqttSettings {
  quotas?: Partial<MqttQuotas>;
  /** Hours that an IoTDA device's clock may be off where it asks for the check. Default 1. */
  iotdaHourTolerance?: number;
}

/** What both MQTT transports are made of. */
export interface TransportParts extends Pick<GatewayParts, 'queues' | 'metrics' | 'sampled' | 'logger'> {
  devices: GatewayCore['devices'];
  dialects: readonly MqttDialect[];
  /** Whom devices are connected to: this process, or the broker. */
  gatewayId: string;
  quotas: MqttQuotas;
  /** What devices have taken of their quotas. */
  accountOf: AccountOf;
}

/** Of children, and of those that have just gone. */
const ACCOUNTS_BESIDE = 50_000;

export function createTransportParts({ core, gatewayId, clock, ...shared }: GatewayParts, settings: MqttSettings): TransportParts {
  const quotas = { ...MQTT_QUOTAS, ...settings.quotas };
  const accountOf = createAccounts(quotas.connections + ACCOUNTS_BESIDE);
  const parts = { ...core, ...shared, quotas, accountOf };
  const spoken: Record<DialectOver<'MQTT'>, MqttDialect> = {
    LINK: createLinkDialect(parts),
    IOTDA: createIotdaDialect({ ...parts, hourTolerance: settings.iotdaHourTolerance ?? 1, clock }),
  };
  return { ...shared, devices: core.devices, dialects: Object.values(spoken), gatewayId, quotas, accountOf };
}
