import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { GatewayCore } from '../../core';
import type { ConnectResult, GatewayMetrics } from '../../metrics';
import { type Claim, CONNACK, type ConnectPacket, type MqttDialect, type Refusal } from '../dialect';
import { MQTT_LIMITS } from './limits';

export interface Authenticated {
  claim: Claim;
  dialect: MqttDialect;
}

export type Authenticate = (packet: ConnectPacket) => Promise<Authenticated | Refusal>;

const RESULT: Record<Refusal, ConnectResult> = {
  [CONNACK.unreadableClientId]: 'unreadable',
  [CONNACK.unavailable]: 'unavailable',
  [CONNACK.badCredentials]: 'bad_credentials',
  [CONNACK.disabled]: 'disabled',
};

/** Decides on a CONNECT. Unknown devices take the same path as wrong passwords; "disabled" is said only to who knows the secret. */
export function createAuthenticate(deps: {
  devices: GatewayCore['devices'];
  dialects: readonly MqttDialect[];
  metrics: GatewayMetrics;
  logger: Logger;
}): Authenticate {
  const { devices, dialects, metrics, logger } = deps;
  const noSecret = randomBytes(16).toString('hex');

  async function decide(packet: ConnectPacket): Promise<Authenticated | Refusal> {
    const reading = readClaim(dialects, packet);
    if (typeof reading === 'number') return reading;
    const { claim, dialect } = reading;
    const credentials = await inTime(devices.credentials(claim.productKey, claim.deviceName));
    const proven = claim.proves(credentials?.secret ?? noSecret);
    if (credentials === null || !proven) return CONNACK.badCredentials;
    return credentials.enabled ? { claim, dialect } : CONNACK.disabled;
  }

  return async (packet) => {
    const result = await decide(packet).catch((error: unknown): Refusal => {
      logger.error({ err: error }, 'A device could not be authenticated: core did not answer');
      return CONNACK.unavailable;
    });
    metrics.connects[typeof result === 'number' ? RESULT[result] : 'accepted'].inc();
    return result;
  };
}

function readClaim(dialects: readonly MqttDialect[], packet: ConnectPacket): Authenticated | Refusal {
  for (const dialect of dialects) {
    const claim = dialect.claim(packet);
    if (typeof claim === 'number') return claim;
    if (claim !== null) return { claim, dialect };
  }
  return CONNACK.unreadableClientId;
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('No answer in time')), MQTT_LIMITS.authenticateTimeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
