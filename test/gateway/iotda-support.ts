import type { IClientOptions } from 'mqtt';
import type { Notification } from '../../core/ports';
import { type Running, startGateway } from './support';

/** The test vector of device-protocols §2.1. */
export const VECTOR = {
  productKey: '6500a1b2c3d4e5f60718293a',
  deviceName: 'meter-0001',
  id: '6500a1b2c3d4e5f60718293a_meter-0001',
  deviceId: '6500a1b2c3d4e5f60718293a.meter-0001',
  secret: 'updraft-demo-secret-01',
  hour: '2026112021',
  password: 'e214ee6d1ecc0d4d55447fc4eef31b7e5e4fe40708586f628a44fb5704d08ffd',
} as const;

/** Within the vector's hour; also the time that is written on messages. */
export const NOW = new Date('2026-11-20T21:36:29Z');

export async function startIotdaGateway(
  listeners?: Parameters<typeof startGateway>[2],
  settings: Parameters<typeof startGateway>[1] = {},
): Promise<Running> {
  const running = await startGateway({}, { clock: () => NOW, ...settings }, listeners);
  running.core.iotda.add(VECTOR.deviceName);
  running.core.secret = VECTOR.secret;
  return running;
}

export const iotdaOptions = (changes: IClientOptions = {}): IClientOptions => ({
  clientId: `${VECTOR.id}_0_0_${VECTOR.hour}`,
  username: VECTOR.id,
  password: VECTOR.password,
  ...changes,
});

export const iotdaNotification = (changes: Partial<Notification> = {}): Notification => ({
  deviceId: VECTOR.deviceId,
  productKey: VECTOR.productKey,
  deviceName: VECTOR.deviceName,
  module: 'default',
  version: 'v2.0',
  digestAlgorithm: 'SHA256',
  differential: false,
  files: [
    {
      name: 'fw.bin',
      size: 12,
      md5: 'A'.repeat(32),
      sha256: 'BA6F66487136D9612E80AF15DFFCD87A03DB900A35584B6E3073FC98C37A40BD',
      url: 'https://fw.example:8943/f/abc',
      access: { token: '0123456789abcdef'.repeat(4), lifeSeconds: 86_400 },
    },
  ],
  ...changes,
});
