import { registrationOf } from '../../schema/model/device/generations';
import type { NewPsk } from '../../schema/model/device/lwm2m-identity';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import type { StoredDevice } from '../../schema/mongo/devices';
import { answerOutdated } from '../calls/calls';
import type { DeviceWithSecret } from './contract';
import { devicesOf } from './devices-of';

/** What is kept of a call that has registered devices; the rest is in the store. */
export interface Registered {
  devices: { id: DeviceId; registration: string | null; secret: string; psk?: NewPsk }[];
}

export const registeredNow = (devices: readonly (StoredDevice & { secret: string; psk?: NewPsk })[]): Registered => ({
  devices: devices.map((device) => {
    const { _id, secret, psk } = device;
    return { id: _id, registration: registrationOf(device), secret, ...(psk && { psk }) };
  }),
});

/** The answer once more, with the same secrets. Throws ANSWER_OUTDATED where one of them is good for nothing any more. */
export async function registeredBefore(devices: Collections['devices'], { devices: before }: Registered): Promise<DeviceWithSecret[]> {
  const found = await devicesOf(
    devices,
    before.map(({ id }) => id),
  );
  return before.map(({ id, registration, secret, psk }, index) => {
    const device = found[index] ?? null;
    if (device === null || registrationOf(device) !== registration) throw answerOutdated(`the device ${id} was deleted`, id);
    const { secret: otherSecret, lwm2m: otherKey } = device.generations ?? {};
    if (otherSecret !== undefined) throw answerOutdated(`the device ${id} was given another secret`, id);
    if (psk && otherKey !== undefined) throw answerOutdated(`the device ${id} was given another pre-shared key`, id);
    return { ...device, secret, ...(psk && { psk }) };
  });
}
