import type { SampledLog } from '../../../../core/sampled-log';
import type { DeviceId } from '../../../../schema/model/ids';
import type { Admit } from '../../../admission';
import type { GatewayCore } from '../../../core';
import { inTime } from '../../../in-time';
import type { GatewayMetrics } from '../../../metrics';
import type { MqttDialect } from '../../dialect';

export interface PskKey {
  deviceId: DeviceId;
  key: Buffer;
}

/** The key that goes with an identity; null where it names no device. Rejects when too many ask, or core does not answer. */
export type PskKeys = (identity: string, wanted: () => boolean) => Promise<PskKey | null>;

/** Looked up among those that connect, in turn: a handshake costs the store what a CONNECT does. */
export function createPskKeys(deps: {
  devices: Pick<GatewayCore['devices'], 'credentials'>;
  dialects: readonly MqttDialect[];
  admit: Admit;
  metrics: GatewayMetrics;
  sampled: SampledLog;
}): PskKeys {
  const { devices, dialects, admit, metrics, sampled } = deps;

  return async (identity, wanted) => {
    for (const dialect of dialects) {
      const claim = dialect.psk?.(identity);
      if (!claim) continue;
      const { productKey, deviceName, deviceId, keyOf } = claim;
      const look = async () => ({ known: await inTime(devices.credentials(productKey, deviceName)) });
      const looked = await admit(look, wanted).catch((error: unknown) => {
        metrics.connects.unavailable.inc();
        sampled.error('authenticate', { err: error }, 'A device could not be authenticated: core did not answer');
        throw error;
      });
      if (looked === null) {
        metrics.connects.overloaded.inc();
        throw new Error('Too many connect at once');
      }
      return looked.known && { deviceId, key: keyOf(looked.known.secret) };
    }
    return null;
  };
}
