import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { UserError } from '../errors';

/** Throws NOT_FOUND: an empty list for a device that does not exist would hide a typing error. */
export async function requireDevice(devices: Collections['devices'], id: DeviceId): Promise<void> {
  if (await devices.findOne({ _id: id }, { projection: { _id: 1 } })) return;
  throw new UserError('NOT_FOUND', {
    field: 'deviceId',
    message: 'There is no device with this id.',
    hint: 'Query `devices` for the ids there are.',
  });
}
